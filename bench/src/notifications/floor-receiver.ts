import { fastify } from 'fastify'
import pg from 'pg'

// The floor, in a process of its own: Fastify, the parsed body, and one durable write in the same Postgres before the
// answer. It does not check that notifications are genuine. Settings come from the environment.

const { PORT = '0', DATABASE_URL = '' } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 })
await pool.query(`create table if not exists floor_mark (account_id uuid primary key, hinted_at timestamptz)`)
await pool.query('insert into floor_mark select account_id from roster.account_sync on conflict do nothing')

const app = fastify()
app.post<{ Params: { accountId: string }; Body: { value: unknown[] } }>(
  '/webhooks/graph/:accountId',
  async ({ params, body }, reply) => {
    if (body.value.length === 0) return reply.status(400).send()
    await pool.query({
      name: 'mark',
      text: 'update floor_mark set hinted_at = now() where account_id = $1',
      values: [params.accountId],
    })
    return reply.status(202).send()
  },
)
await app.listen({ host: '127.0.0.1', port: Number(PORT) })
process.stdout.write('ready\n')
