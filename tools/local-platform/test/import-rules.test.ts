import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-rules-'))
  const config = JSON.parse(await readFile(join(root, 'biome.json'), 'utf8'))
  await writeFile(join(folder, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }))
})
afterAll(() => rm(folder, { recursive: true }))

/** Lints planted files and returns the rules they break. */
async function lint(files: Record<string, string>): Promise<string[]> {
  const place = join(folder, Object.keys(files)[0]?.replaceAll(/[^a-z]/g, '') ?? 'x')
  await mkdir(place, { recursive: true })
  await cp(join(folder, 'biome.json'), join(place, 'biome.json'))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(place, path)), { recursive: true })
    await writeFile(join(place, path), text)
  }
  const biome = join(root, 'node_modules/.bin/biome')
  const lintRun = promisify(execFile)(biome, ['lint', '--reporter=json', '.'], { cwd: place })
  const { stdout } = await lintRun.catch((error: { stdout: string }) => error)
  const report: { diagnostics: Array<{ category: string }> } = JSON.parse(stdout)
  return [...new Set(report.diagnostics.map((diagnostic) => diagnostic.category.split('/').at(-1) ?? ''))]
}

const importing = (what: string) => `import { thing } from '${what}'\nexport const used = thing\n`

test.each([
  ['a domain file that imports a Node built-in', 'services/tenant-registry/src/domain/a.ts', 'node:crypto'],
  ['a domain file that imports a driver', 'services/tenant-registry/src/domain/b.ts', 'pg'],
  ['a domain file that imports Fastify', 'services/auth-gateway/src/domain/c.ts', 'fastify'],
  ['a domain file that imports BullMQ', 'services/user-sync-worker/src/domain/d.ts', 'bullmq'],
  ['a domain file that imports ports', 'services/auth-gateway/src/domain/e.ts', '../ports.ts'],
  ['a domain file that imports errors', 'services/auth-gateway/src/domain/f.ts', '../errors.ts'],
  [
    'a domain file that imports another lib than the contract',
    'services/auth-gateway/src/domain/g.ts',
    '@jackfield/postgres/pool',
  ],
  ['a route that imports an adapter', 'services/tenant-registry/src/routes/h.ts', '../adapters/postgres-tenants.ts'],
  ['a route that imports the one beside it', 'services/auth-gateway/src/routes/al.ts', './show-logo.ts'],
  ['a route that imports one of a folder', 'services/auth-gateway/src/routes/am.ts', './sign-in/cancel-sign-in.ts'],
  ['a route that imports one above it', 'services/auth-gateway/src/routes/control/an.ts', '../show-logo.ts'],
  [
    'a route that imports one of another folder',
    'services/auth-gateway/src/routes/control/ao.ts',
    '../sign-in/cancel-sign-in.ts',
  ],
  ['a job that imports an adapter', 'services/user-sync-worker/src/jobs/i.ts', '../adapters/graph-directory.ts'],
  ['an adapter that imports a route', 'services/tenant-registry/src/adapters/j.ts', '../routes/create-tenant.ts'],
  ['an adapter that imports the app', 'services/tenant-registry/src/adapters/k.ts', '../app.ts'],
  [
    'an adapter that imports a page',
    'services/auth-gateway/src/adapters/openid-provider/aa.ts',
    '../../pages/layout.ts',
  ],
  [
    'an adapter that imports a step of signing in',
    'services/auth-gateway/src/adapters/openid-provider/ab.ts',
    '../../sign-in/pending-logins.ts',
  ],
  ['an adapter that imports Fastify plugins', 'services/auth-gateway/src/adapters/ac.ts', '../http/page-plugin.ts'],
  ['an adapter that imports a site’s plugin', 'services/auth-gateway/src/adapters/ad.ts', '../sites/site-plugin.ts'],
  [
    'an adapter that imports a guard',
    'services/tenant-registry/src/adapters/keys/ae.ts',
    '../../guards/require-role.ts',
  ],
  [
    'an adapter that imports a job',
    'services/user-sync-worker/src/adapters/queue/af.ts',
    '../../jobs/sync-tenant-users.ts',
  ],
  ['a job that imports a route', 'services/auth-gateway/src/jobs/ag.ts', '../routes/show-logo.ts'],
  [
    'a step of signing in that imports a route',
    'services/auth-gateway/src/sign-in/ah.ts',
    '../routes/control/begin-control-sign-in.ts',
  ],
  ['a page that imports a route', 'services/auth-gateway/src/pages/texts/ai.ts', '../../routes/show-logo.ts'],
  ['a guard that imports a route', 'services/user-sync-worker/src/guards/aj.ts', '../routes/list-users.ts'],
  [
    'a room beside routes that imports another service',
    'services/auth-gateway/src/sessions/ak.ts',
    '@jackfield/tenant-registry/app',
  ],
  [
    'a service that imports another service by name',
    'services/auth-gateway/src/l.ts',
    '@jackfield/tenant-registry/app',
  ],
  [
    'a service that imports another service by path',
    'services/auth-gateway/src/m.ts',
    '../../tenant-registry/src/thing.ts',
  ],
  ['a lib that imports a service', 'libs/postgres/src/n.ts', '@jackfield/auth-gateway/app'],
  ['a contract that imports anything but zod', 'libs/contract/src/o.ts', 'fastify'],
])('%s is refused', async (_rule, path, what) => {
  expect(await lint({ [path]: importing(what) })).toEqual(['noRestrictedImports'])
})

test.each([
  [
    'a domain file may import the contract',
    'services/tenant-registry/src/domain/p.ts',
    '@jackfield/contract/tenants/tenant',
  ],
  ['a domain file may import its neighbour', 'services/tenant-registry/src/domain/q.ts', './slug.ts'],
  ['a route may import ports and domain', 'services/tenant-registry/src/routes/r.ts', '../domain/slug.ts'],
  ['an adapter may import a driver', 'services/tenant-registry/src/adapters/s.ts', 'pg'],
  [
    'an adapter may import the domain of signing in',
    'services/auth-gateway/src/adapters/w.ts',
    '../domain/sign-in/admission.ts',
  ],
  ['an adapter may import a lib for HTTP', 'services/auth-gateway/src/adapters/x.ts', '@jackfield/problem/http/thing'],
  [
    'an adapter may import its neighbour',
    'services/auth-gateway/src/adapters/records/y.ts',
    '../services/registry-client.ts',
  ],
  ['a route may import a room', 'services/auth-gateway/src/routes/control/ap.ts', '../../sign-in/attempt.ts'],
  ['a room beside routes may import pages', 'services/auth-gateway/src/sign-in/z.ts', '../pages/layout.ts'],
  ['a contract file may import zod and its neighbour', 'libs/contract/src/t.ts', './identifier.ts'],
])('%s', async (_rule, path, what) => {
  expect(await lint({ [path]: importing(what) })).toEqual([])
})

test('a cycle of imports is refused', async () => {
  const rules = await lint({
    'libs/postgres/src/u.ts': "import { b } from './v.ts'\nexport const a = () => b\n",
    'libs/postgres/src/v.ts': "import { a } from './u.ts'\nexport const b = () => a\n",
  })
  expect(rules).toContain('noImportCycles')
})
