import { randomBytes } from 'node:crypto'
import { sealedPrefix } from '@jackfield/sealing/seal'
import { drizzle } from 'drizzle-orm/node-postgres'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { chosenKeyEncryption, type KeyEncryptionSettings } from '../src/adapters/keys/chosen-key-encryption.ts'
import { tenantKeyVault } from '../src/adapters/keys/tenant-key-vault.ts'
import { aSecret, inDays, platform, type Registry, service, startRegistry } from './registry.ts'
import { countBeginning, dataKeyOf, givenTenants, rewrapCommand } from './rewrap-command.ts'
import { startTransit, TRANSIT_SERVERS, type Transit } from './transit/server.ts'

vi.setConfig({ testTimeout: 120_000 })
const TENANTS = 350
const KEY = randomBytes(32)
const environment = { KEY_ENCRYPTION_KEYS: [KEY] }
const environmentText = { KEY_ENCRYPTION_KEYS: KEY.toString('base64') }
const byVault = { KEY_ENCRYPTION_PROVIDER: 'vault' } as const
const ACCOUNT = crypto.randomUUID()

describe.each(TRANSIT_SERVERS)('the environment’s keys and transit of %s', (name) => {
  let transit: Transit
  let vault: Awaited<ReturnType<Transit['givenTokenSettings']>>
  let registry: Registry
  let command: ReturnType<typeof rewrapCommand>
  beforeAll(async () => {
    transit = await startTransit(name)
    vault = await transit.givenTokenSettings()
    registry = await startRegistry({ ...environment, ...vault, ...byVault })
    command = rewrapCommand(registry)
  }, 60_000)
  afterAll(async () => {
    command.killAll()
    await registry.close()
    await transit.close()
  })

  const replica = (settings: KeyEncryptionSettings) =>
    tenantKeyVault(drizzle(registry.confined), chosenKeyEncryption(settings))
  const currentPrefix = (settings: KeyEncryptionSettings) => chosenKeyEncryption(settings).currentPrefix()
  const underEnvironment = () => countBeginning(registry, sealedPrefix(KEY))
  const underVault = async () => countBeginning(registry, await currentPrefix({ ...vault, ...byVault }))
  const call = (tenantId: string, id: string) =>
    registry.call(service, 'GET', `/internal/tenants/${tenantId}/microsoft-accounts/${id}/connection`)

  /** Some of the tenants have a secret, sealed by a replica of these settings. */
  async function sealSecrets(ids: readonly string[], settings: KeyEncryptionSettings) {
    const sealed = new Map<string, Buffer>()
    for (const id of ids.filter((_, index) => index % 30 === 0))
      sealed.set(id, await replica(settings).seal(id, ACCOUNT, `secret of ${id}`))
    return async (settings: KeyEncryptionSettings) => {
      for (const [id, text] of sealed)
        expect(await replica(settings).open(id, ACCOUNT, text)).toEqual({ kind: 'opened', secret: `secret of ${id}` })
    }
  }

  /** New secrets are saved and read, as long as the command runs. */
  async function trafficUntil(exited: Promise<unknown>) {
    const traffic = { ended: false, failed: 0, calls: 0 }
    void exited.then(() => {
      traffic.ended = true
    })
    const tenantId = await registry.givenTenant()
    while (!traffic.ended) {
      const credential = { type: 'secret', secret: aSecret(), expiresAt: inDays(90) }
      const { id } = await registry.givenAccount(tenantId, { credential })
      if ((await call(tenantId, id)).body?.credential?.secret !== credential.secret) traffic.failed += 1
      traffic.calls += 1
    }
    return traffic
  }

  test('SE-05 T-93 data keys move to Vault under traffic, killed in the middle (kill -9) the move goes on, and then the environment’s keys can go', async () => {
    const ids = await givenTenants(registry, TENANTS, chosenKeyEncryption(environment))
    const opens = await sealSecrets(ids, environment)
    const settings = { ...environmentText, ...vault, ...byVault }

    // Somebody holds a row of the third slice: the command stands still there, whatever the machine's speed.
    const holder = await registry.pool.connect()
    await holder.query('begin')
    await holder.query('select 1 from registry.tenant_data_key where tenant_id = $1 for update', [ids[250]])
    const first = command.run(settings)
    await expect.poll(underVault, { timeout: 60_000 }).toBe(200)
    first.child.kill('SIGKILL')
    expect(await first.exited).toBe('SIGKILL')
    await holder.query('rollback')
    holder.release()
    expect(await underEnvironment()).toBe(TENANTS - 200)
    // Replicas before and after the change of KEY_ENCRYPTION_PROVIDER read what the other one wraps.
    await opens({ ...environment, ...vault })
    await opens({ ...environment, ...vault, ...byVault })

    const second = command.run(settings)
    const traffic = await trafficUntil(second.exited)
    expect([await second.exited, second.output.text]).toEqual([
      0,
      expect.stringContaining('all data keys are under the current key'),
    ])
    expect(traffic).toMatchObject({ failed: 0, calls: expect.any(Number) })
    expect(await underEnvironment()).toBe(0)
    await opens({ ...vault, ...byVault })
  })

  test('SE-05 they move back the same way, and then Vault can go', async () => {
    const ids = await givenTenants(registry, 40, chosenKeyEncryption({ ...vault, ...byVault }))
    const opens = await sealSecrets(ids, { ...vault, ...byVault })
    const run = command.run({ ...environmentText, ...vault })
    expect([await run.exited, run.output.text]).toEqual([0, expect.stringContaining('done')])
    expect(await underVault()).toBe(0)
    await opens(environment)
  })

  test('SE-05 after Vault’s key was rotated they move to its newest version, and the older ones may be forbidden', async () => {
    const rotating = { ...(await transit.givenTokenSettings()), ...byVault }
    const ids = await givenTenants(registry, 30, chosenKeyEncryption(rotating))
    const opens = await sealSecrets(ids, rotating)
    await transit.rotate(rotating.KEY_ENCRYPTION_VAULT_KEY)
    await registry.pool.query('delete from registry.tenant_data_key where tenant_id <> all($1)', [ids])
    const run = command.run(rotating)
    expect([await run.exited, run.output.text]).toEqual([0, expect.stringContaining('done: 30 wrapped now')])
    await transit.setOldest(rotating.KEY_ENCRYPTION_VAULT_KEY, 2)
    await opens(rotating)
    const again = command.run(rotating)
    expect([await again.exited, again.output.text]).toEqual([0, expect.stringContaining('done: 0 wrapped now')])
  })

  test('T-115 T-94 while Vault is sealed the API answers 503 and says nothing of the inside; the rest works, and the move ends with a line', async () => {
    const [moved = '', waiting = ''] = [await registry.givenTenant(), await registry.givenTenant()]
    const credential = { type: 'secret', secret: aSecret(), expiresAt: inDays(90) }
    const { id } = await registry.givenAccount(moved, { credential })
    await registry.pool.query('delete from registry.tenant_data_key where tenant_id <> $1', [moved])
    await registry.pool.query('insert into registry.tenant_data_key (tenant_id, sealed) values ($1, $2)', [
      waiting,
      await chosenKeyEncryption(environment).wrap(dataKeyOf(waiting), `tenant:${waiting}`),
    ])
    // Nothing is remembered by one that starts now.
    const late = await startRegistry({ ...vault, ...byVault }, undefined, registry.url)
    const failures = async () => (await registry.auditEvents('microsoft-account.open-credential')).length
    const before = await failures()
    await transit.seal()
    try {
      const answer = await late.call(service, 'GET', `/internal/tenants/${moved}/microsoft-accounts/${id}/connection`)
      expect([answer.status, answer.body.code, answer.headers['retry-after']]).toEqual([
        503,
        'temporarily-unavailable',
        '2',
      ])
      const put = await late.call(
        platform,
        'PUT',
        `/api/v1/tenants/${moved}/microsoft-accounts/${id}/credential`,
        credential,
      )
      expect([put.status, put.body.code]).toEqual([503, 'temporarily-unavailable'])
      expect((await late.call(platform, 'GET', `/api/v1/tenants/${moved}/microsoft-accounts/${id}`)).status).toBe(200)
      expect(await failures()).toBe(before)
      for (const secret of [credential.secret, vault.KEY_ENCRYPTION_VAULT_TOKEN])
        expect(late.said.join('\n')).not.toContain(secret)
      expect(late.said.join('\n')).toContain('it is sealed')
      const run = command.run({ ...environmentText, ...vault, ...byVault })
      expect([await run.exited, run.output.text]).toEqual([
        1,
        expect.stringMatching(/^Vault answered 503 .*start the command again to go on\.\n$/),
      ])
    } finally {
      await transit.unseal()
    }
    expect(
      (await late.call(service, 'GET', `/internal/tenants/${moved}/microsoft-accounts/${id}/connection`)).body
        .credential.secret,
    ).toBe(credential.secret)
    await late.close()
    expect(await command.run({ ...environmentText, ...vault, ...byVault }).exited).toBe(0)
    expect(await underEnvironment()).toBe(0)
  })
})
