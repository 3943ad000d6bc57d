import type { Pool, PoolClient } from 'pg'
import { type Database, drizzle, type Transaction } from './drizzle.ts'

/**
 * Runs `work` in one transaction on one connection of `pool`; an error, or `undefined` as its result, undoes
 * everything. Instead of drizzle's own transaction, which never gives back a connection on which `begin` failed, and
 * reports a failed rollback in place of the error that led to it.
 */
export async function inTransaction<Result>(
  pool: Pool,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query(result === undefined ? 'rollback' : 'commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure
    })
    throw error
  } finally {
    // A connection that cannot roll back is not reused.
    client.release(broken)
  }
}

/** The same for drizzle's queries, where only an error undoes what `work` did. */
export async function inDrizzleTransaction<Result>(
  db: Database,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  const done = await inTransaction(db.$client, async (client) => ({ result: await work(drizzle(client)) }))
  return done.result
}
