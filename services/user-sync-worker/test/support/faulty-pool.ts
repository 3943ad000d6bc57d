import type pg from 'pg'
import type { SeededRandom } from './seeded-random.ts'

/** What a lost connection looks like to node-postgres. */
function lost(): Error {
  return Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' })
}

/**
 * A pool whose statements fail by chance, before or after the database has done them: a caller cannot know whether a lost commit
 * happened. `faults.rate` says how often.
 */
export function faultyPool(pool: pg.Pool, random: SeededRandom, faults: { rate: number; met: number }): pg.Pool {
  async function disturbed<Result>(query: () => Promise<Result>, isEnd: boolean): Promise<Result> {
    if (!random.chance(faults.rate)) return query()
    faults.met += 1
    if (!isEnd || random.chance(0.5)) throw lost()
    await query()
    throw lost()
  }
  const isEnd = (text: unknown) => typeof text === 'string' && /^commit$/i.test(text)
  const wrap = (client: pg.PoolClient): pg.PoolClient =>
    new Proxy(client, {
      get(target, name) {
        if (name === 'query')
          return (...values: unknown[]) =>
            disturbed(() => (target.query as (...all: unknown[]) => Promise<never>)(...values), isEnd(values[0]))
        // A client whose statement failed is thrown away, as a lost connection would be.
        if (name === 'release') return (error?: Error) => target.release(error ?? faults.rate > 0)
        const value = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  return new Proxy(pool, {
    get(target, name) {
      if (name === 'query')
        return (...values: unknown[]) => disturbed(() => (target.query as (...all: unknown[]) => Promise<never>)(...values), true)
      if (name === 'connect') return async () => wrap(await target.connect())
      const value = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
