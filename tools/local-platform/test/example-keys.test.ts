import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '@jackfield/configuration/load-config'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const SECRET = /(?:KEYS|KEY|SECRET|TOKEN|PASSWORD)$/
const KEY = Buffer.from('replace-me-with-32-random-bytes!').toString('base64')
/** The name of a key in Vault. */
const NO_SECRETS = ['KEY_ENCRYPTION_VAULT_KEY']

test.each(['auth-gateway', 'tenant-registry', 'user-sync-worker'])(
  'T-140 every key and secret among the settings of %s refuses an example',
  async (service) => {
    const { Config } = await import(join(root, `services/${service}/src/config.ts`))
    const source = readFileSync(join(root, `services/${service}/src/config.ts`), 'utf8')
    const own = [...source.matchAll(/^\s+([A-Z][A-Z_]+):/gm)].flatMap(([, name = '']) => name)
    const names = [...new Set(['INTERNAL_TOKEN_KEYS', ...own])].filter(
      (name) => SECRET.test(name) && !NO_SECRETS.includes(name),
    )
    expect(names).toContain('KEY_ENCRYPTION_KEYS')
    const exampleOf = (name: string) => (name.endsWith('_KEYS') ? KEY : 'changeme'.repeat(5))
    const given = Object.fromEntries(names.map((name) => [name, exampleOf(name)]))
    const lines = linesOf(() => loadConfig(Config, given))
    expect(names.filter((name) => !lines.some((line) => line.startsWith(`${name}: must be`)))).toEqual([])
  },
)

function linesOf(load: () => unknown): readonly string[] {
  try {
    load()
    return []
  } catch (error) {
    return (error as { lines: readonly string[] }).lines
  }
}

test('T-140 no shipped file holds a key or a secret: each comes from its owner', () => {
  const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
  const given = [...compose.matchAll(/^\s+([A-Z_]+): (.+)$/gm)].filter(([, name = '']) => SECRET.test(name))
  expect(given.length).toBeGreaterThan(2)
  // `:?` refuses to start without it, `:-` leaves it out.
  for (const [, name, value] of given)
    expect([name, value]).toEqual([name, expect.stringMatching(/^\$\{[A-Z_]+:(?:\?[^}]*|-)\}$/)])

  const manifests = globSync('deploy/k8s/**/*.yaml', { cwd: root }).map((file) =>
    readFileSync(join(root, file), 'utf8'),
  )
  const variables = manifests.flatMap((text) => [...text.matchAll(/- name: ([A-Z_]+)\n\s+(\w+):/g)])
  const secrets = variables.filter(([, name = '']) => SECRET.test(name))
  expect(secrets.length).toBeGreaterThan(6)
  expect(secrets.filter(([, , source]) => source !== 'valueFrom')).toEqual([])
  expect(manifests.filter((text) => /^kind: Secret$/m.test(text))).toEqual([])
})
