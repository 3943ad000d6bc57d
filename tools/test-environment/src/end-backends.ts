import { setInterval as every } from 'node:timers/promises'
import pg from 'pg'

const END = `
select count(pg_terminate_backend(pid))::int as ended from pg_stat_activity
where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`

/**
 * Terminates all other connections to a database, as an administrator or a failover does, every `milliseconds` until
 * stopped.
 */
export async function endBackends(
  url: string,
  milliseconds = 200,
): Promise<{ ended(): number; rounds(): number; stop(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const stopping = new AbortController()
  let [ended, rounds] = [0, 0]
  async function run(): Promise<void> {
    for await (const _ of every(milliseconds, undefined, { signal: stopping.signal })) {
      ended += (await client.query<{ ended: number }>(END)).rows[0]?.ended ?? 0
      rounds += 1
    }
  }
  // A failed test drops the database before `stop`. Any other error shows in `rounds`, which no longer grows.
  client.on('error', () => undefined)
  const running = run().catch(() => undefined)
  return {
    ended: () => ended,
    rounds: () => rounds,
    async stop() {
      stopping.abort()
      await running
      await client.end()
    },
  }
}
