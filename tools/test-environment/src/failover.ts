import { chmod, chown, cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedDatabase } from '@jackfield/local-stores/embedded-database'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { serverAccount } from '@jackfield/local-stores/postgres-programs'
import pg from 'pg'

type Database = Awaited<ReturnType<typeof startEmbeddedDatabase>>

/** Postgres behind one address that moves to its replica, as behind a Service of Kubernetes or a virtual IP. */
export async function startFailover() {
  const folder = await mkdtemp(join(tmpdir(), 'jackfield-failover-'))
  await chmod(folder, 0o755)
  const place = async (name: string) => ({
    folder: join(folder, name),
    port: await findFreePort(),
    password: 'test',
    durable: true,
  })
  const [first, second] = [await place('first'), await place('second')]
  let database: Database = await startEmbeddedDatabase(first)
  const address = await movableAddress(first.port)
  const sql = async (statement: string) => {
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    await client.query(statement)
    await client.end()
  }
  return {
    url: Object.assign(new URL(database.url), { port: String(address.port) }).href,
    /** The primary ends, and the address leads to its replica, which only reads. */
    async failOver() {
      await database.stop()
      await copyAsReplica(first.folder, second.folder)
      database = await startEmbeddedDatabase(second)
      address.lead(second.port)
    },
    promote: () => sql('select pg_promote()'),
    /** As a managed Postgres does that runs out of space. Connections stay. */
    async setReadOnly(isReadOnly: boolean) {
      await sql(`alter system set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`)
      await sql('set default_transaction_read_only = off; select pg_reload_conf()')
    },
    /** As when the machine is gone: what is sent is lost, and nothing is said. */
    silence: address.silence,
    async stop() {
      address.close()
      await database.stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function copyAsReplica(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true })
  const account = await serverAccount()
  await writeFile(join(to, 'cluster', 'standby.signal'), '')
  if (!account) return
  for (const name of [to, ...(await readdir(to, { recursive: true })).map((each) => join(to, each))])
    await chown(name, account.uid, account.gid)
}

/** A port that passes connections on to another one, which may change. */
async function movableAddress(firstPort: number) {
  let target = firstPort
  let isSilent = false
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one)
      one.on('data', (chunk) => isSilent || other.write(chunk))
      one.on('error', () => undefined)
      one.on('close', () => {
        sockets.delete(one)
        if (!isSilent) other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    lead(port: number) {
      target = port
    },
    silence(value: boolean) {
      isSilent = value
    },
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
