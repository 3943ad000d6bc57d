import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase, type TestDatabase } from '@jackfield/test-environment/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runMigrations, whenReachable } from '../src/migrate.ts'
import { createPool } from '../src/pool.ts'

let database: TestDatabase
let folder: string

beforeAll(async () => {
  database = await createTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'migrations-'))
  await mkdir(join(folder, 'meta'))
  const entries = [{ idx: 0, version: '7', when: 1_700_000_000_000, tag: '0000_first', breakpoints: true }]
  await writeFile(join(folder, 'meta/_journal.json'), JSON.stringify({ version: '7', dialect: 'postgresql', entries }))
  await writeFile(
    join(folder, '0000_first.sql'),
    'create table thing (id int primary key);--> statement-breakpoint\nselect pg_sleep(0.2);',
  )
})
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

test('DO-11 replicas that start together migrate one at a time, and once', async () => {
  const migrate = () => runMigrations({ connectionString: database.url, folder, name: 'registry' })
  await Promise.all([migrate(), migrate(), migrate()])
  const pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => undefined })
  expect((await pool.query('select count(*)::int as ran from migrations.registry')).rows).toEqual([{ ran: 1 }])
  await pool.end()
})

test('named SQL files are applied when one of them changed, and otherwise left alone', async () => {
  const migrate = () => runMigrations({ connectionString: database.url, folder, name: 'registry' })
  const pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => undefined })
  const answer = async () =>
    (await pool.query('select answer() as told, xmin::text from pg_proc where proname = $1', ['answer'])).rows[0]
  await mkdir(join(folder, 'functions'))
  const define = (text: string) =>
    writeFile(
      join(folder, 'functions/answer.sql'),
      `create or replace function answer() returns text language sql as $$ select '${text}' $$;`,
    )
  await define('first')
  await migrate()
  const before = await answer()
  await migrate()
  expect(await answer()).toEqual(before)
  await define('second')
  await migrate()
  expect(await answer()).toMatchObject({ told: 'second' })
  await pool.end()
})

test('a named SQL file that fails is named, and nothing of the round stays', async () => {
  const broken = join(folder, 'functions/broken.sql')
  await writeFile(broken, 'create table left_behind (id int); select no_such_column;')
  const migrate = () => runMigrations({ connectionString: database.url, folder, name: 'registry' })
  await expect(migrate()).rejects.toThrow(/functions\/broken\.sql: column "no_such_column" does not exist/)
  const pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => undefined })
  expect((await pool.query("select to_regclass('left_behind') as left")).rows).toEqual([{ left: null }])
  await pool.end()
  await rm(broken)
})

test('a schema from before the squashed migrations is refused with what to do', async () => {
  const other = await createTestDatabase()
  const pool = createPool({ connectionString: other.url, applicationName: 'test', onIdleError: () => undefined })
  await pool.query('create schema roster')
  await pool.end()
  const own = await mkdtemp(join(tmpdir(), 'migrations-'))
  await mkdir(join(own, 'meta'))
  const entries = [{ idx: 0, version: '7', when: 1_700_000_000_000, tag: '0000_roster', breakpoints: true }]
  await writeFile(join(own, 'meta/_journal.json'), JSON.stringify({ version: '7', dialect: 'postgresql', entries }))
  await writeFile(join(own, '0000_roster.sql'), 'create schema roster;')
  const migrate = runMigrations({ connectionString: other.url, folder: own, name: 'roster' })
  await expect(migrate).rejects.toThrow(/schema "roster" already exists: .* use an empty database/)
  await other.drop()
  await rm(own, { recursive: true })
})

test('a placeholder in a named SQL file becomes the text that is given for it; without one the file is named', async () => {
  const file = join(folder, 'functions/filled.sql')
  await writeFile(file, 'create or replace function filled() returns text language sql as $$ select {{word}} $$;')
  const migrate = (values?: Record<string, string>) => {
    return runMigrations({ connectionString: database.url, folder, name: 'registry', ...(values && { values }) })
  }
  const pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => undefined })
  for (const word of ['one', 'two']) {
    await migrate({ word: `'${word}'` })
    expect((await pool.query('select filled()')).rows).toEqual([{ filled: word }])
  }
  await expect(migrate()).rejects.toThrow('functions/filled.sql: nothing is given for {{word}}')
  await pool.end()
  await rm(file)
})

test('a release whose tables are older than the database’s leaves the functions of the later one alone', async () => {
  const migrate = () => runMigrations({ connectionString: database.url, folder, name: 'registry' })
  const define = (text: string) =>
    writeFile(
      join(folder, 'functions/answer.sql'),
      `create or replace function answer() returns text language sql as $$ select '${text}' $$;`,
    )
  const pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => undefined })
  await define('of the later release')
  await migrate()
  const later = "insert into migrations.registry (hash, created_at) values ('later', 1800000000000)"
  await pool.query(later)
  await define('of the older release')
  await migrate()
  expect((await pool.query('select answer()')).rows).toEqual([{ answer: 'of the later release' }])
  await pool.query("delete from migrations.registry where hash = 'later'")
  await pool.end()
})

test('FC-64 the role is made by every migration, also when all of its migrations ran before', async () => {
  const role = `test_${randomBytes(4).toString('hex')}`
  await writeFile(join(folder, 'role.sql'), `create role ${role};`)
  await runMigrations({ connectionString: database.url, folder, name: 'registry' })
  const pool = createPool({ connectionString: database.url, applicationName: 'test', onIdleError: () => undefined })
  expect((await pool.query('select from pg_roles where rolname = $1', [role])).rowCount).toBe(1)
  await pool.query(`drop role ${role}`)
  await runMigrations({ connectionString: database.url, folder, name: 'registry' })
  expect((await pool.query('select from pg_roles where rolname = $1', [role])).rowCount).toBe(1)
  await pool.query(`drop role ${role}`)
  await pool.end()
  await rm(join(folder, 'role.sql'))
})

test('DO-11 a start before the database waits for it, and gives up when aborted', async () => {
  let waited = 0
  const stop = new AbortController()
  const attempt = () =>
    runMigrations({ connectionString: 'postgres://nobody@127.0.0.1:9/none', folder, name: 'registry' })
  const onWaiting = () => {
    waited += 1
    if (waited === 2) stop.abort()
  }
  await expect(whenReachable(attempt, onWaiting, stop.signal)).rejects.toThrow()
  expect(waited).toBe(2)
})

test('T-115 an exhausted pool refuses within its bound instead of queueing for ever', async () => {
  const pool = createPool({
    connectionString: database.url,
    applicationName: 'test',
    max: 1,
    onIdleError: () => undefined,
  })
  const held = await pool.connect()
  await expect(pool.query('select 1')).rejects.toThrow(/timeout exceeded/)
  held.release()
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  await pool.end()
})

test('DO-02 a connection that the server ends does not end the process', async () => {
  const lost: Error[] = []
  const pool = createPool({
    connectionString: database.url,
    applicationName: 'victim',
    onIdleError: (error) => lost.push(error),
  })
  const { rows } = await pool.query('select pg_backend_pid() as pid')
  const other = createPool({ connectionString: database.url, applicationName: 'killer', onIdleError: () => undefined })
  await other.query('select pg_terminate_backend($1)', [rows[0].pid])
  await expect.poll(() => lost.length).toBe(1)
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  await Promise.all([pool.end(), other.end()])
})
