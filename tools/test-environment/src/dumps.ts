import type { Redis } from 'ioredis'
import type pg from 'pg'

/** Every row of every table of the database, as text. */
export async function dumpPostgres(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ name: string }>(
    "select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables where schemaname !~ '^(pg_|information_schema)'",
  )
  const dumps = await Promise.all(
    rows.map(({ name }) => pool.query<{ line: string }>(`select t::text as line from ${name} t`)),
  )
  return dumps.flatMap((dump) => dump.rows.map(({ line }) => line)).join('\n')
}

/** Every row of every table of a schema, sorted, as JSON: equal dumps mean that nothing has changed. */
export async function dumpSchema(pool: pg.Pool, schema: string, without: readonly string[] = []): Promise<string> {
  const { rows } = await pool.query<{ name: string; tablename: string }>(
    "select quote_ident(schemaname) || '.' || quote_ident(tablename) as name, tablename from pg_tables where schemaname = $1 order by 1",
    [schema],
  )
  const dumps = rows
    .filter(({ tablename }) => !without.includes(tablename))
    .map(({ name }) => pool.query(`select coalesce(json_agg(t order by t::text), '[]') as rows from ${name} t`))
  return JSON.stringify((await Promise.all(dumps)).map((dump) => dump.rows[0]))
}

/** Every key of Redis with its value, as JSON. */
export async function dumpRedis(redis: Redis): Promise<string> {
  const readers: Readonly<Record<string, (key: string) => Promise<unknown>>> = {
    string: (key) => redis.get(key),
    hash: (key) => redis.hgetall(key),
    list: (key) => redis.lrange(key, 0, -1),
    set: (key) => redis.smembers(key),
    zset: (key) => redis.zrange(key, '0', '-1'),
    stream: (key) => redis.xrange(key, '-', '+'),
  }
  const keys = await redis.keys('*')
  return JSON.stringify(await Promise.all(keys.map(async (key) => [key, await readers[await redis.type(key)]?.(key)])))
}

/**
 * The forms in which a secret can occur in a dump: plain, JSON-escaped, encoded and as bytes; for a base64url key of 32
 * bytes also the decoded bytes.
 */
export function formsOf(text: string): string[] {
  const bytes = Buffer.from(text)
  const key = /^[\w-]{43}$/.test(text) ? Buffer.from(text, 'base64url') : undefined
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    encodeURIComponent(text),
    ...(key ? [key.toString('hex'), key.toString('base64')] : []),
  ]
}
