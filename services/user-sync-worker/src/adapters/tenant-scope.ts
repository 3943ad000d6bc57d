import { AsyncLocalStorage } from 'node:async_hooks'
import { EVERY_TENANT, type Scope } from '@jackfield/postgres/tenant-scope'
import type pg from 'pg'
import type { InScope } from '../ports.ts'

/** The database role of this service. */
export const DATABASE_ROLE = 'jackfield_roster'

const SET_SCOPE = { name: 'set-scope', text: `select set_config('jackfield.tenant', $1, false)` }
const NOBODY = ''

const scopes = new AsyncLocalStorage<Scope>()
/** The scope of each connection. Only `connect` sets it, outside of transactions, so that no rollback resets it. */
const set = new WeakMap<pg.PoolClient, Scope>()

/** Confines the database work of `work` to one tenant by row-level security, whatever its queries ask for (T-90). */
export const inScope: InScope = (scope, work) => scopes.run(scope === 'every-tenant' ? EVERY_TENANT : scope, work)

/** A pool whose connections are confined to the scope in which they are taken; outside of any they see no tenant's row. */
export function scopedPool(pool: pg.Pool): pg.Pool {
  async function connect(): Promise<pg.PoolClient> {
    const client = await pool.connect()
    const scope = scopes.getStore() ?? NOBODY
    if (set.get(client) === scope) return client
    set.delete(client)
    try {
      await client.query({ ...SET_SCOPE, values: [scope] })
      set.set(client, scope)
      return client
    } catch (error) {
      client.release(error as Error)
      throw error
    }
  }
  async function query(...values: Parameters<pg.PoolClient['query']>): Promise<unknown> {
    const client = await connect()
    try {
      return await client.query(...values)
    } finally {
      client.release()
    }
  }
  return new Proxy(pool, {
    get(target, name) {
      if (name === 'connect') return connect
      if (name === 'query') return query
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
