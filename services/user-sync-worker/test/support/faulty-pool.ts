import type pg from 'pg'
import type { SeededRandom } from './seeded-random.ts'

type Query = (...values: unknown[]) => Promise<unknown>

/** What a lost connection looks like to node-postgres. */
function lost(): Error {
  return Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' })
}

/**
 * A pool whose statements fail by chance, a commit before or after the database has done it: a caller cannot know
 * whether it happened. `faults.rate` says how often.
 */
export function faultyPool(pool: pg.Pool, random: SeededRandom, faults: { rate: number; met: number }): pg.Pool {
  function wrap(client: pg.PoolClient): pg.PoolClient {
    let broken: Error | undefined
    const query: Query = async (...values) => {
      if (broken) throw broken
      if (!random.chance(faults.rate)) return (client.query as unknown as Query).apply(client, values)
      faults.met += 1
      broken = lost()
      if (typeof values[0] === 'string' && /^commit$/i.test(values[0]) && random.chance(0.5))
        await client.query('commit')
      throw broken
    }
    const release = (error?: Error | boolean) => client.release(error ?? broken)
    return new Proxy(client, {
      get(target, name) {
        if (name === 'query') return query
        if (name === 'release') return release
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }
  return new Proxy(pool, {
    get(target, name) {
      if (name === 'connect') return async () => wrap(await target.connect())
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
