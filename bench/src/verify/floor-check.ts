import cookie from '@fastify/cookie'
import { fastify } from 'fastify'
import { Redis } from 'ioredis'
import pg from 'pg'

// The floor, in a process of its own: Fastify, its cookie plugin, and one read of the session in the same store. It has
// no signature, sealing, tenants or roster. Settings come from the environment.

const { PORT = '0', DATABASE_URL = '', REDIS_URL } = process.env

async function sessionStore(): Promise<(id: string) => Promise<Record<string, string> | undefined>> {
  const session = JSON.stringify({ user: 'person', tenant: 'contoso', name: 'Adele Vance', email: 'adele@example.com' })
  if (REDIS_URL) {
    const redis = new Redis(REDIS_URL)
    await redis.set('floor-session:one', session, 'EX', 3_600)
    return async (id) => {
      const text = await redis.get(`floor-session:${id}`)
      return text === null ? undefined : JSON.parse(text)
    }
  }
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 })
  await pool.query(
    'create unlogged table if not exists floor_session (id text primary key, data jsonb not null, expires_at timestamptz not null)',
  )
  await pool.query(`insert into floor_session values ('one', $1, now() + interval '1 hour') on conflict do nothing`, [
    session,
  ])
  const text = 'select data from floor_session where id = $1 and expires_at > now()'
  return async (id) => (await pool.query({ name: 'get', text, values: [id] })).rows[0]?.data
}

const find = await sessionStore()
const app = fastify()
await app.register(cookie)
app.get('/auth/verify', async (request, reply) => {
  const { session } = request.cookies
  const found = session ? await find(session) : undefined
  if (!found) return reply.status(401).send()
  for (const [name, value] of Object.entries(found)) reply.header(`x-auth-${name}`, value)
  return reply.send()
})
await app.listen({ host: '127.0.0.1', port: Number(PORT) })
process.stdout.write('ready\n')
