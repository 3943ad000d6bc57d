import { Redis } from 'ioredis'
import type { Adapter, AdapterPayload } from 'oidc-provider'
import pg from 'pg'

// The minimal oidc-provider adapter on the same store: without sealing, browser binding and tenants.

type Store = {
  put(key: string, payload: AdapterPayload, ttl: number): Promise<void>
  get(key: string): Promise<AdapterPayload | undefined>
  remove(key: string): Promise<void>
}

async function postgresStore(url: string): Promise<Store> {
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  await pool.query(
    'create unlogged table if not exists floor_record (key text primary key, payload jsonb not null, expires_at timestamptz not null)',
  )
  return {
    async put(key, payload, ttl) {
      const text = `insert into floor_record values ($1, $2, now() + make_interval(secs => $3))
        on conflict (key) do update set payload = excluded.payload, expires_at = excluded.expires_at`
      await pool.query({ name: 'put', text, values: [key, payload, ttl] })
    },
    async get(key) {
      const found = await pool.query({
        name: 'get',
        text: 'select payload from floor_record where key = $1 and expires_at > now()',
        values: [key],
      })
      return found.rows[0]?.payload
    },
    async remove(key) {
      await pool.query({ name: 'remove', text: 'delete from floor_record where key = $1', values: [key] })
    },
  }
}

function redisStore(url: string): Store {
  const redis = new Redis(url)
  return {
    async put(key, payload, ttl) {
      await redis.set(`bare:${key}`, JSON.stringify(payload), 'EX', ttl)
    },
    async get(key) {
      const text = await redis.get(`bare:${key}`)
      return text === null ? undefined : JSON.parse(text)
    },
    async remove(key) {
      await redis.del(`bare:${key}`)
    },
  }
}

export async function floorAdapter(stores: {
  databaseUrl: string
  redisUrl: string | undefined
}): Promise<(name: string) => Adapter> {
  const store = stores.redisUrl ? redisStore(stores.redisUrl) : await postgresStore(stores.databaseUrl)
  return (name) => ({
    async upsert(id, payload, ttl = 3_600) {
      await store.put(`${name}:${id}`, payload, ttl)
      if (name === 'Session' && payload.uid) await store.put(`uid:${payload.uid}`, { id } as never, ttl)
    },
    find: (id) => store.get(`${name}:${id}`),
    async findByUid(uid) {
      const index = (await store.get(`uid:${uid}`)) as { id?: string } | undefined
      return index?.id ? store.get(`${name}:${index.id}`) : undefined
    },
    findByUserCode: async () => undefined,
    destroy: (id) => store.remove(`${name}:${id}`),
    revokeByGrantId: async () => undefined,
    async consume(id) {
      const found = await store.get(`${name}:${id}`)
      if (found) await store.put(`${name}:${id}`, { ...found, consumed: Math.floor(Date.now() / 1_000) }, 600)
    },
  })
}
