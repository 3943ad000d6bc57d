import { AsyncLocalStorage } from 'node:async_hooks'
import { EVERY_TENANT, type Scope } from '@jackfield/postgres/tenant-scope'
import type pg from 'pg'
import type { InScope } from '../ports.ts'

/** The database role of this service, made by its migrations. */
export const DATABASE_ROLE = 'jackfield_roster'

const SET_SCOPE = { name: 'set-scope', text: `select set_config('jackfield.tenant', $1, false)` }
const NOBODY = ''

const scopes = new AsyncLocalStorage<Scope>()
/**
 * The scope that each connection has, whichever pool here took it last: nobody else sets it, and it is set outside of
 * transactions, so that no rollback takes it back.
 */
const set = new WeakMap<pg.PoolClient, Scope>()

/**
 * Everything `work` does in the database is confined to one tenant by row-level security, whatever its queries ask for
 * (T-90).
 */
export const inScope: InScope = (scope, work) => scopes.run(scope === 'every-tenant' ? EVERY_TENANT : scope, work)

/**
 * A pool whose every connection is confined to the scope it is taken in; taken outside of any it sees no tenant's row.
 * The scope is set at each taking, so that what a connection served before does not matter, unless it is known to have
 * that scope already.
 */
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
