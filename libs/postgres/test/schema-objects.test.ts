import { randomBytes } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import type pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runMigrations, whenReachable } from '../src/migrate.ts'
import { createPool } from '../src/pool.ts'

const ROLE = `test_${randomBytes(4).toString('hex')}`
let database: TestDatabase
let folder: string
let pool: pg.Pool
let reader: pg.PoolClient

beforeEach(async () => {
  database = await createTestDatabase()
  pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => undefined })
  folder = await mkdtemp(join(tmpdir(), 'schema-objects-'))
  for (const name of ['meta', 'functions', 'triggers', 'policies']) await mkdir(join(folder, name))
  await giveTables('create schema shop', 'create table shop.thing (tenant_id uuid, name text)')
  await defineAnswer('one')
  await writeFile(join(folder, 'triggers/note.sql'), NOTE)
  await wallOff('true')
  reader = await pool.connect()
})
afterEach(async () => {
  reader.release(true)
  await pool.query(`drop owned by ${ROLE}; drop role ${ROLE}`).catch(() => undefined)
  await pool.end()
  await database.drop()
  await rm(folder, { recursive: true })
})

const NOTE = `create or replace function shop.note() returns trigger language plpgsql as $$ begin return new; end $$;
create or replace trigger note before insert on shop.thing for each row execute function shop.note();`
const wallOff = (condition: string) =>
  writeFile(
    join(folder, 'policies/wall.sql'),
    `alter table shop.thing enable row level security, force row level security;
     drop policy if exists wall on shop.thing; create policy wall on shop.thing using (${condition});`,
  )
const defineAnswer = (text: string) =>
  writeFile(
    join(folder, 'functions/answer.sql'),
    `create or replace function shop.answer() returns text language sql as $$ select '${text}' $$;`,
  )
/** The tables' migrations, each one statement. */
async function giveTables(...statements: string[]): Promise<void> {
  const entries = statements.map((_, idx) => ({
    idx,
    version: '7',
    when: 1_700_000_000_000 + idx,
    tag: `000${idx}_tables`,
    breakpoints: true,
  }))
  await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify({ version: '7', dialect: 'postgresql', entries }))
  for (const [index, statement] of statements.entries())
    await writeFile(join(folder, `000${index}_tables.sql`), statement)
}
const migrate = (tenants?: { schema: string; role: string }) =>
  runMigrations({ connectionString: database.url, folder, name: 'shop', ...(tenants && { tenants }) })
const startReading = async () => {
  await reader.query('begin')
  await reader.query('select from shop.thing')
}
/** How long an insert into the table waits, in milliseconds. */
async function insertingTakes(): Promise<number> {
  const begun = performance.now()
  await pool.query(`insert into shop.thing values (null, 'x')`)
  return performance.now() - begun
}

test('a changed file is applied without a lock on the tables of other files', async () => {
  await migrate()
  await startReading()
  await defineAnswer('two')
  const migrated = migrate().then(() => 'migrated')
  expect(await Promise.race([migrated, sleep(3_000, 'waits for the reader')])).toBe('migrated')
  expect((await pool.query('select shop.answer()')).rows).toEqual([{ answer: 'two' }])
  await reader.query('commit')
  await migrated
})

test('a file that waits for the lock of a long reader lets other queries through, and is applied in the end', async () => {
  await migrate()
  await startReading()
  await wallOff('name is not null')
  let waits = 0
  const onWaiting = () => {
    waits += 1
  }
  const migrated = whenReachable(migrate, onWaiting, new AbortController().signal)
  let longest = 0
  for (const end = performance.now() + 4_000; performance.now() < end; await sleep(20))
    longest = Math.max(longest, await insertingTakes())
  expect(longest).toBeLessThan(2_500)
  expect(waits).toBeGreaterThanOrEqual(1)
  await reader.query('commit')
  await migrated
  const { rows } = await pool.query('select pg_get_expr(polqual, polrelid) as condition from pg_policy')
  expect(rows).toEqual([{ condition: '(name IS NOT NULL)' }])
}, 20_000)

test('a file fails with its name, and nothing of the round stays', async () => {
  await migrate()
  await defineAnswer('two')
  await wallOff('no_such_column')
  await expect(migrate()).rejects.toThrow(/policies\/wall\.sql: column "no_such_column" does not exist/)
  expect((await pool.query('select shop.answer()')).rows).toEqual([{ answer: 'one' }])
})

test('T-90 the row-level security of tenants is added to a new table, without a lock on a table that has it', async () => {
  const tenants = { schema: 'shop', role: ROLE }
  await rm(join(folder, 'policies/wall.sql'))
  await rm(join(folder, 'triggers/note.sql'))
  await migrate(tenants)
  await startReading()
  await giveTables(
    'create schema shop',
    'create table shop.thing (tenant_id uuid, name text)',
    'create table shop.tenant (id uuid)',
  )
  const migrated = migrate(tenants).then(() => 'migrated')
  expect(await Promise.race([migrated, sleep(3_000, 'waits for the reader')])).toBe('migrated')
  await reader.query('commit')
  const { rows } = await pool.query(
    `select c.relname as table, relrowsecurity and relforcerowsecurity as walled, pg_get_expr(polqual, polrelid) as condition
     from pg_class c join pg_policy p on p.polrelid = c.oid order by relname`,
  )
  expect(rows).toEqual([
    { table: 'tenant', walled: true, condition: 'shop.in_scope(id)' },
    { table: 'thing', walled: true, condition: 'shop.in_scope(tenant_id)' },
  ])
})

test('T-90 row-level security that was switched off, dropped or altered is put back', async () => {
  const tenants = { schema: 'shop', role: ROLE }
  await rm(join(folder, 'policies/wall.sql'))
  await migrate(tenants)
  const read = `select relrowsecurity and relforcerowsecurity as walled, pg_get_expr(polqual, polrelid) as condition
    from pg_class c join pg_policy p on p.polrelid = c.oid`
  for (const change of [
    'alter table shop.thing no force row level security',
    'drop policy tenant_scope on shop.thing',
    'alter policy tenant_scope on shop.thing using (true)',
  ]) {
    await pool.query(`${change}; delete from migrations.shop_files where name = 'policies/tenant_scope.sql'`)
    await migrate(tenants)
    expect((await pool.query(read)).rows).toEqual([{ walled: true, condition: 'shop.in_scope(tenant_id)' }])
  }
})

test('T-90 a changed confine.sql reaches the tables that have row-level security already', async () => {
  const tenants = { schema: 'shop', role: ROLE }
  await rm(join(folder, 'policies/wall.sql'))
  await migrate(tenants)
  const read = `select pg_get_expr(polqual, polrelid) as condition from pg_policy`
  expect((await pool.query(read)).rows).toEqual([{ condition: 'shop.in_scope(tenant_id)' }])

  const library = join(import.meta.dirname, '..')
  const changed = await mkdtemp(join(import.meta.dirname, 'changed-'))
  try {
    for (const part of ['src', 'sql']) await cp(join(library, part), join(changed, part), { recursive: true })
    const confine = join(changed, 'sql/functions/confine.sql')
    const text = await readFile(confine, 'utf8')
    await writeFile(confine, text.replace('using (%s)', 'using (%s and true)'))
    const { runMigrations: runChanged } = (await import(
      join(changed, 'src/migrate.ts')
    )) as typeof import('../src/migrate.ts')
    await runChanged({ connectionString: database.url, folder, name: 'shop', tenants })
  } finally {
    await rm(changed, { recursive: true })
  }
  expect((await pool.query(read)).rows).toEqual([{ condition: '(shop.in_scope(tenant_id) AND true)' }])
})

test('T-90 a query sees the rows of its tenant, all of them with *, none without a scope; the owner of the table too', async () => {
  await rm(join(folder, 'policies/wall.sql'))
  await migrate({ schema: 'shop', role: ROLE })
  const [one, other] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002']
  await pool.query(`insert into shop.thing values ('${one}', 'a'), ('${other}', 'b'), (null, 'c')`)
  // Row-level security never binds a superuser, and an owner only by force.
  await pool.query(`grant create on schema shop to ${ROLE}; alter table shop.thing owner to ${ROLE}`)
  const seen = async (scope: string | undefined) => {
    await reader.query(`begin; set local role ${ROLE}`)
    if (scope !== undefined) await reader.query(`select set_config('jackfield.tenant', $1, true)`, [scope])
    const { rows } = await reader.query<{ name: string }>('select name from shop.thing order by name')
    await reader.query('commit')
    return rows.map(({ name }) => name).join('')
  }
  // First on a connection that never had a scope, then on one that had.
  expect(await seen(undefined)).toBe('')
  expect([await seen(one), await seen(other), await seen('*'), await seen(undefined)]).toEqual(['a', 'b', 'abc', ''])
})
