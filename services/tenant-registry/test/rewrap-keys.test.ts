import { createHash } from 'node:crypto'
import { sealedPrefix } from '@jackfield/sealing/seal'
import { drizzle } from 'drizzle-orm/node-postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { settingsKeyEncryption } from '../src/adapters/keys/settings-key-encryption.ts'
import { tenantKeyVault } from '../src/adapters/keys/tenant-key-vault.ts'
import { aSecret, inDays, type Registry, service, startRegistry } from './registry.ts'
import { countBeginning, givenTenants, rewrapCommand } from './rewrap-command.ts'

const [OLD_KEY, NEW_KEY, LOST_KEY] = ['old', 'new', 'lost'].map((name) =>
  createHash('sha256').update(name).digest(),
) as [Buffer, Buffer, Buffer]
const TENANTS = 450
const SLOW = { timeout: 60_000 }
let registry: Registry
let command: ReturnType<typeof rewrapCommand>
beforeAll(async () => {
  registry = await startRegistry({ KEY_ENCRYPTION_KEYS: [NEW_KEY, OLD_KEY] })
  command = rewrapCommand(registry)
}, 60_000)
afterAll(async () => {
  command.killAll()
  await registry.close()
})

const vault = (...keys: Buffer[]) => tenantKeyVault(drizzle(registry.confined), settingsKeyEncryption(keys))

const under = (key: Buffer) => countBeginning(registry, sealedPrefix(key))

function rewrap(...keys: Buffer[]) {
  return command.run({ KEY_ENCRYPTION_KEYS: keys.map((key) => key.toString('base64')).join(',') })
}

test(
  'SE-05 T-93 killed in the middle (kill -9) it goes on when started again, under traffic, and then the old key can go',
  SLOW,
  async () => {
    const ids = await givenTenants(registry, TENANTS, settingsKeyEncryption([OLD_KEY]))
    const sealed = new Map<string, Buffer>()
    const account = crypto.randomUUID()
    for (const id of ids.filter((_, index) => index % 30 === 0))
      sealed.set(id, await vault(OLD_KEY).seal(id, account, `secret of ${id}`))
    const opens = async (...keys: Buffer[]) => {
      for (const [id, text] of sealed)
        expect(await vault(...keys).open(id, account, text)).toEqual({ kind: 'opened', secret: `secret of ${id}` })
    }

    // Somebody holds a row of the third slice: the command stands still there, whatever the machine's speed.
    const holder = await registry.pool.connect()
    await holder.query('begin')
    await holder.query('select 1 from registry.tenant_data_key where tenant_id = $1 for update', [ids[250]])
    const first = rewrap(NEW_KEY, OLD_KEY)
    await expect.poll(() => under(NEW_KEY), { timeout: 30_000 }).toBe(200)
    first.child.kill('SIGKILL')
    expect(await first.exited).toBe('SIGKILL')
    await holder.query('rollback')
    holder.release()
    expect((await under(NEW_KEY)) + (await under(OLD_KEY))).toBe(TENANTS)
    await opens(NEW_KEY, OLD_KEY)

    const second = rewrap(NEW_KEY, OLD_KEY)
    const traffic = { ended: false, failed: 0, calls: 0 }
    void second.exited.then(() => {
      traffic.ended = true
    })
    const tenantId = await registry.givenTenant()
    while (!traffic.ended) {
      const credential = { type: 'secret', secret: aSecret(), expiresAt: inDays(90) }
      const { id } = await registry.givenAccount(tenantId, { credential })
      const answer = await registry.call(
        service,
        'GET',
        `/internal/tenants/${tenantId}/microsoft-accounts/${id}/connection`,
      )
      if (answer.body?.credential?.secret !== credential.secret) traffic.failed += 1
      await opens(NEW_KEY, OLD_KEY)
      traffic.calls += 1
    }
    expect([await second.exited, second.output.text]).toEqual([
      0,
      expect.stringContaining('all data keys are under the current key'),
    ])
    expect(traffic.failed).toBe(0)
    expect(traffic.calls).toBeGreaterThan(0)
    expect(await under(OLD_KEY)).toBe(0)
    await opens(NEW_KEY)
  },
)

test(
  'SE-05 a data key that changed while it was being wrapped again stays as it is, and is found again',
  SLOW,
  async () => {
    const [id = ''] = await givenTenants(registry, 1, settingsKeyEncryption([OLD_KEY]))
    const holder = await registry.pool.connect()
    await holder.query('begin')
    const { wrap } = settingsKeyEncryption([OLD_KEY])
    const sealed = await wrap(createHash('sha256').update('another').digest(), `tenant:${id}`)
    await holder.query('update registry.tenant_data_key set sealed = $2 where tenant_id = $1', [id, sealed])
    const run = rewrap(NEW_KEY, OLD_KEY)
    const blocked =
      "select count(*)::int as n from pg_stat_activity where application_name like '%rewrap-keys' and wait_event_type = 'Lock'"
    await expect.poll(async () => (await registry.pool.query(blocked)).rows[0].n, { timeout: 30_000 }).toBe(1)
    await holder.query('commit')
    holder.release()
    expect([await run.exited, run.output.text]).toEqual([0, expect.stringContaining('done: 1 wrapped now')])
    const { unwrap } = settingsKeyEncryption([NEW_KEY])
    const [row] = (await registry.pool.query('select sealed from registry.tenant_data_key where tenant_id = $1', [id]))
      .rows
    expect(await unwrap(row.sealed, `tenant:${id}`)).toEqual({
      kind: 'unwrapped',
      dataKey: createHash('sha256').update('another').digest(),
    })
  },
)

test(
  'FC-43 T-122 a connection that is ended in the middle is replaced, and the command goes on to its end',
  SLOW,
  async () => {
    const ids = await givenTenants(registry, 250, settingsKeyEncryption([OLD_KEY]))
    // Somebody holds a row of the third slice.
    const holder = await registry.pool.connect()
    await holder.query('begin')
    await holder.query('select 1 from registry.tenant_data_key where tenant_id = $1 for update', [ids[240]])
    const run = rewrap(NEW_KEY, OLD_KEY)
    const end =
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%rewrap-keys' and wait_event_type = 'Lock'"
    await expect.poll(async () => (await registry.pool.query(end)).rowCount, { timeout: 30_000 }).toBe(1)
    await expect.poll(() => run.output.text, { timeout: 30_000 }).toContain('Postgres is away')
    await holder.query('commit')
    holder.release()
    expect([await run.exited, run.output.text]).toEqual([
      0,
      expect.stringContaining('all data keys are under the current key'),
    ])
  },
)

test('SE-05 a data key that no key opens is named, the others are wrapped, and the command fails', SLOW, async () => {
  const [lost = ''] = await givenTenants(registry, 1, settingsKeyEncryption([LOST_KEY]))
  await givenTenants(registry, 3, settingsKeyEncryption([OLD_KEY]))
  const { exited, output } = rewrap(NEW_KEY, OLD_KEY)
  expect(await exited).toBe(1)
  expect(output.text).toContain(`tenant ${lost}: no key-encryption key of these settings opens its data key`)
  expect(await under(OLD_KEY)).toBe(0)
})
