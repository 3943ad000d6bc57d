import { type Database, drizzle, type Transaction } from './drizzle.ts'

/**
 * Runs `work` in one transaction; an error undoes everything. Instead of drizzle's own, which never gives a connection
 * back on which `begin` failed, and puts the failure of the rollback in place of the error that led to it.
 */
export async function inTransaction<Result>(
  { $client: pool }: Database,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await work(drizzle(client))
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((failure: Error) => {
      broken = failure
    })
    throw error
  } finally {
    // A connection that cannot even roll back must not serve anybody else.
    client.release(broken)
  }
}
