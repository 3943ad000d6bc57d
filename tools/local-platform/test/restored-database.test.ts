import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EmbeddedDatabase, startEmbeddedDatabase } from '@jackfield/local-stores/embedded-database'
import { findFreePort } from '@jackfield/local-stores/free-port'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')
const KEY = randomBytes(32).toString('base64')
const SERVICES = [
  { service: 'tenant-registry', schema: 'registry', table: 'registry.tenant' },
  { service: 'user-sync-worker', schema: 'roster', table: 'roster.phone_user' },
]

// A cluster of its own: roles belong to the cluster, and other tests use theirs.
let folder: string
let database: EmbeddedDatabase
let owner: pg.Client
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jackfield-restored-'))
  await chmod(folder, 0o755)
  database = await startEmbeddedDatabase({
    folder: join(folder, 'postgres'),
    port: await findFreePort(),
    password: 'secret',
    durable: false,
  })
  owner = new pg.Client({ connectionString: database.url })
  await owner.connect()
}, 120_000)
afterAll(async () => {
  await owner?.end()
  await database?.stop()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

async function migrate(service: string): Promise<void> {
  const settings = {
    DATABASE_URL: database.url,
    BASE_URL: 'http://phone.localhost:4000',
    INTERNAL_TOKEN_KEYS: KEY,
    KEY_ENCRYPTION_KEYS: KEY,
    TENANT_REGISTRY_URL: 'http://127.0.0.1:9',
    ROSTER_URL: 'http://127.0.0.1:9',
  }
  const main = join(ROOT, 'services', service, 'src/main.ts')
  const child = spawn(process.execPath, [main, 'migrate'], {
    env: { PATH: process.env.PATH, ...settings },
    stdio: 'inherit',
  })
  expect(await once(child, 'exit')).toEqual([0, null])
}

async function readUnder(role: string, table: string): Promise<number | null> {
  await owner.query(`set role ${role}`)
  try {
    return (await owner.query(`select from ${table}`)).rowCount
  } finally {
    await owner.query('reset role')
  }
}

test.each(SERVICES)(
  'FC-64 a database restored into a new cluster gets the role of $service from migrate',
  async ({ service, schema, table }) => {
    const role = `jackfield_${schema}`
    await migrate(service)
    // A restore leaves out the role with its memberships and grants, although every migration has run.
    await owner.query(`drop owned by ${role}`)
    await owner.query(`drop role ${role}`)
    await migrate(service)
    expect(await readUnder(role, table)).toBe(0)
  },
)

test('T-90 every table with a tenant has row-level security and is closed to a connection without a tenant', async () => {
  const { rows } = await owner.query(`
    select c.oid::regclass::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
    where c.relnamespace::regnamespace::text in ('registry', 'roster') and c.relkind = 'r'
      and not (c.relrowsecurity and c.relforcerowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))`)
  expect(rows).toEqual([])
})
