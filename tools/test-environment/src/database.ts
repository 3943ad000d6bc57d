import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import type {} from './global-setup.ts'

export type TestDatabase = { url: string; drop(): Promise<void> }

/** A new empty database for one test file. Needs `testsOf({ stores: true })`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = inject('databaseUrl')
  const name = `jackfield_test_${randomBytes(6).toString('hex')}`
  await execute(adminUrl, `create database ${name}`)
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => dropDatabase(adminUrl, name) }
}

/**
 * Drops the database, with force after two seconds. `pool.end()` resolves before its connections are closed, and one
 * that Postgres terminates in between crashes the test run.
 */
async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    for (
      const deadline = Date.now() + 2_000;
      Date.now() < deadline;
      await new Promise((resolve) => setTimeout(resolve, 20))
    ) {
      const open = await client.query('select from pg_stat_activity where datname = $1 limit 1', [name])
      if (open.rowCount === 0) break
    }
    await client.query(`drop database if exists ${name} with (force)`)
  })
}

/** Runs one statement in a test's database. */
export const execute = (url: string, statement: string) =>
  withClient(url, async (client) => void (await client.query(statement)))

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined) // a lost connection fails the query
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
