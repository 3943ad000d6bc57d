import { chmod, lstat, mkdtemp, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedDatabase } from '@jackfield/local-stores/embedded-database'
import { findFreePort } from '@jackfield/local-stores/free-port'
import pg from 'pg'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

vi.setConfig({ testTimeout: 120_000 })
let folder: string
const leftOutside: string[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jackfield-postgres-'))
})
afterEach(async () => {
  for (const path of [folder, ...leftOutside.splice(0)]) await rm(path, { recursive: true, force: true, maxRetries: 5 })
})

const start = async (port?: number) =>
  startEmbeddedDatabase({
    folder: join(folder, 'postgres'),
    port: port ?? (await findFreePort()),
    password: 'secret',
    durable: true,
  })

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

test('a second start finds the data of the first, and only the password gives access', async () => {
  await chmod(folder, 0o755)
  const first = await start()
  await query(first.url, "create table kept as select 'as it was' as text")
  await expect(query(first.url.replace('secret', 'guess'), 'select 1')).rejects.toThrow(
    'password authentication failed',
  )
  await first.stop()
  const second = await start()
  expect(await query(second.url, 'select text from kept')).toEqual([{ text: 'as it was' }])
  await second.stop()
})

test('a server left over from a killed start is stopped and its data kept', async () => {
  await chmod(folder, 0o755)
  const killed = await start()
  await query(killed.url, 'create table kept as select 1 as number')
  const next = await start()
  await expect(query(killed.url, 'select 1')).rejects.toThrow('ECONNREFUSED')
  expect(await query(next.url, 'select number from kept')).toEqual([{ number: 1 }])
  await next.stop()
})

test('a port taken at the last moment is reported in the server’s words', async () => {
  await chmod(folder, 0o755)
  const one = await start()
  const port = Number(new URL(one.url).port)
  const second = startEmbeddedDatabase({ folder: join(folder, 'other'), port, password: 'x', durable: false })
  await expect(second).rejects.toThrow(/Postgres did not start:[\s\S]*(Address already in use|could not)/)
  await one.stop()
})

test.runIf(process.getuid?.() === 0)(
  'below a closed folder, root’s Postgres gets a place that its account can reach',
  async () => {
    await chmod(folder, 0o700)
    const first = await start()
    expect((await lstat(join(folder, 'postgres'))).isSymbolicLink()).toBe(true)
    leftOutside.push(await readlink(join(folder, 'postgres')))
    await query(first.url, 'create table kept as select 1 as number')
    await first.stop()
    const second = await start()
    expect(await query(second.url, 'select number from kept')).toEqual([{ number: 1 }])
    await second.stop()
  },
)
