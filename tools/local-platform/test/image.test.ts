import { randomBytes } from 'node:crypto'
import { existsSync, globSync, lstatSync, readFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { testRedisUrl } from '@jackfield/test-environment/redis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type BaseImage, baseImage, reachesRegistry } from './image/base-image.ts'
import { buildImage, type Stage } from './image/build-image.ts'
import {
  clusterProcesses,
  composeProcesses,
  type DeclaredProcess,
  hasKubectl,
  renderManifests,
} from './image/declared-processes.ts'
import { type ImageProcess, startInImage } from './image/image-process.ts'

const root = join(import.meta.dirname, '../../..')
const LARGEST_BYTES = 150e6

describe.skipIf(!(await reachesRegistry()))('the image', { timeout: 120_000 }, () => {
  let base: BaseImage
  let image: Stage
  let database: TestDatabase
  const running: ImageProcess[] = []
  beforeAll(async () => {
    database = await createTestDatabase()
    base = await baseImage()
    image = await buildImage(root, join(root, 'deploy/docker/Dockerfile'), base)
  }, 600_000)
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.stop()))
  })
  afterAll(async () => {
    await base?.remove()
    await database?.drop()
  })

  const filesOf = (pattern: string) => globSync(pattern, { cwd: join(image.folder, image.workdir) })
  const keys = {
    INTERNAL_TOKEN_KEYS: randomBytes(32).toString('base64'),
    KEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
  }

  /** Starts a process with the settings of its deployment file, on this test's stores and a free port. */
  async function start({ command, settings }: DeclaredProcess) {
    const port = await findFreePort()
    const { REDIS_URL, ...others } = settings
    const redis = testRedisUrl()
    const own = {
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: database.url,
      ...(REDIS_URL && redis && { REDIS_URL: redis }),
    }
    const started = startInImage(base, image, command, { ...others, ...own })
    running.push(started)
    return { ...started, port }
  }

  /** The status and text of an answer; status 0 without one. */
  function ask(port: number, path: string, host = '127.0.0.1'): Promise<{ status: number; text: string }> {
    return new Promise((resolve) => {
      const request = get({ host: '127.0.0.1', port, path, headers: { host } }, async (response) => {
        let text = ''
        for await (const part of response.setEncoding('utf8')) text += part
        resolve({ status: response.statusCode ?? 0, text })
      })
      request.on('error', () => resolve({ status: 0, text: '' }))
    })
  }

  async function expectReady(declared: DeclaredProcess) {
    const started = await start(declared)
    const ready = expect
      .poll(async () => (await ask(started.port, '/health/ready')).status, { timeout: 60_000 })
      .toBe(200)
    const ended = started.ended.then(({ output }) => Promise.reject(new Error(`${declared.name} ended:\n${output}`)))
    await Promise.race([ready, ended])
    ended.catch(() => undefined)
    return started
  }

  test('FC-60 holds at most 150 MB above its base', () => {
    const bytes = filesOf('**/*').reduce(
      (sum, file) => sum + lstatSync(join(image.folder, image.workdir, file)).size,
      0,
    )
    expect(bytes).toBeGreaterThan(10e6)
    expect(bytes).toBeLessThan(LARGEST_BYTES)
  })

  test('FC-60 contains what the services need, and no tests, emulator, tools or development dependencies', () => {
    const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean; devOptional?: boolean }>
    }
    const installed = filesOf('{libs/*/,services/*/,}node_modules/{@*/,}*/package.json').map((file) =>
      file.replace(/\/package\.json$/, ''),
    )
    expect(installed.length).toBeGreaterThan(100)
    expect(installed.filter((name) => packages[name]?.dev || packages[name]?.devOptional)).toEqual([])
    expect(
      installed.filter((name) =>
        /m365-emulator|local-|test-environment|control-console|react|fluentui|vite/.test(name),
      ),
    ).toEqual([])
    expect(filesOf('{tools,examples,bench,docs,services/*/test,libs/*/test,services/control-console/src}')).toEqual([])
    expect(filesOf('services/control-console/dist/index.html')).toHaveLength(1)
  })

  test.each(['auth-gateway', 'tenant-registry', 'user-sync-worker'])(
    '%s prints a line for each missing setting, and exits with 1',
    async (name) => {
      const { ended } = startInImage(base, image, ['node', `services/${name}/src/main.ts`], {})
      const { code, output } = await ended
      expect(code).toBe(1)
      expect(output.trim().split('\n')).toContain('DATABASE_URL: is missing')
      for (const line of output.trim().split('\n')) expect(line).toMatch(/^[A-Z_]+: is missing$/)
    },
  )

  test('FC-60 has the modules of all services compiled for its account', () => {
    // Where this test's own account has started services, it has a folder, too.
    const account = image.user.split(':')[0]
    expect(filesOf(`.compile-cache/*-${account}/*`).length).toBeGreaterThan(500)
  })

  test('FC-60 its default command starts a service', async () => {
    expect(image.command).toEqual(['node', expect.stringMatching(/^services\/.+\/main\.ts$/)])
    expect(existsSync(join(image.folder, image.workdir, image.command[1] ?? ''))).toBe(true)
    expect(image.user).toMatch(/^[1-9]\d*:[1-9]\d*$/)
  })

  test('FC-60 runs what docker-compose.yml declares: migrations that end, then services that get ready, Control included', async () => {
    const declared = composeProcesses(root, { ...keys, POSTGRES_PASSWORD: 'test', BASE_URL: 'https://phone.example' })
    const [migrations, services] = [declared.filter(isMigration), declared.filter((each) => !isMigration(each))]
    expect([migrations.length, services.length]).toEqual([3, 4])
    for (const migration of migrations) expect(await (await start(migration)).ended).toMatchObject({ code: 0 })
    for (const service of services) {
      const { port } = await expectReady(service)
      if (service.name !== 'auth-gateway') continue
      const control = await ask(port, '/', 'control.phone.example')
      expect(control.status).toBe(200)
      const [script = ''] = /\/assets\/[^"]+\.js/.exec(control.text) ?? []
      expect((await ask(port, script, 'control.phone.example')).status).toBe(200)
    }
  })

  test.skipIf(!hasKubectl())('FC-60 runs what the manifests of Kubernetes declare', async () => {
    const documents = await renderManifests(join(root, 'deploy/k8s/base'))
    const declared = clusterProcesses(documents, {
      ...keys,
      DATABASE_URL: database.url,
      REDIS_URL: 'redis://redis:6379/0',
    })
    expect(declared.map(({ name }) => name).sort()).toEqual([
      'auth-gateway',
      'roster-api',
      'tenant-registry',
      'user-sync-worker',
    ])
    for (const service of declared) await expectReady(service)
  })
})

function isMigration({ command }: DeclaredProcess): boolean {
  return command.at(-1) === 'migrate'
}
