import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { internalTokenSigner } from '@jackfield/internal-token/sign-internal-token'
import { startEmbeddedDatabase } from '@jackfield/local-stores/embedded-database'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { imageNodeOptions } from '@jackfield/local-stores/image-node-options'
import pg from 'pg'
import { spawnAt, startProcess } from '../child-process.ts'
import { type Account, startAccounts } from './accounts.ts'
import { directoryOf } from './directories.ts'

const root = join(import.meta.dirname, '../../..')
const MAIN = join(root, 'services/user-sync-worker/src/main.ts')
type Answer = { runId: string; finishedAt: string | null; status: string; counts: { seen: number }; error: unknown }
const EVERYBODY = { all: true, sync: true, sso: true }

/** The roster as it ships, in one process, with a Microsoft whose pages are made beforehand and a registry of one map. */
export async function startRoster(sizes: readonly number[], redisUrl: string | undefined) {
  const folder = await mkdtemp(join(tmpdir(), 'jackfield-bench-'))
  const database = process.env.DATABASE_URL
    ? { url: process.env.DATABASE_URL, stop: async () => undefined }
    : await startEmbeddedDatabase({
        folder,
        port: await findFreePort(),
        password: randomBytes(12).toString('hex'),
        durable: true,
      })
  const accounts = await startAccounts()
  const graph = await startProcess(join(import.meta.dirname, 'prepared-graph.ts'), { SIZES: sizes.join() })
  const key = randomBytes(32)
  const sign = internalTokenSigner('bench', [key])
  const authorization = () =>
    `Bearer ${sign({ aud: 'user-sync-worker', sub: 'bench', scope: 'platform', role: 'admin' })}`
  const env = {
    DATABASE_URL: database.url,
    ...(redisUrl && { REDIS_URL: redisUrl }),
    INTERNAL_TOKEN_KEYS: key.toString('base64'),
    TENANT_REGISTRY_URL: accounts.url,
    MICROSOFT_LOGIN_URL: graph.url,
    MICROSOFT_GRAPH_URL: graph.url,
    LOG_LEVEL: 'warn',
  }
  let service = await startService(env)

  async function call(method: 'GET' | 'POST', path: string, body?: unknown) {
    const headers = {
      authorization: authorization(),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    }
    const answer = await fetch(`${service.url}/api/v1${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer.json() as Promise<Answer>
  }

  const pool = new pg.Pool({ connectionString: database.url, max: 1 })
  async function isOver(runId: string): Promise<boolean> {
    const text = 'select finished_at is not null as "isOver" from roster.sync_run where id = $1'
    const { rows } = await pool.query({ name: 'is_over', text, values: [runId] })
    return rows[0]?.isOver === true
  }

  /** Asks for a run and waits for its end; returns how many people it saw. */
  async function run({ tenantId, accountId }: Account, what: 'imports' | 'resyncs', body: unknown): Promise<number> {
    const { runId } = await call('POST', `/tenants/${tenantId}/microsoft-accounts/${accountId}/${what}`, body)
    // Asked in the database: answers of the service would be part of the measurement.
    while (!(await isOver(runId))) await new Promise((resolve) => setTimeout(resolve, 5))
    const { status, counts, error } = await call('GET', `/tenants/${tenantId}/sync-runs/${runId}`)
    if (status !== 'succeeded') throw new Error(`The run ended as ${status}: ${JSON.stringify(error)}`)
    return counts.seen
  }

  return {
    databaseUrl: database.url,
    accounts,
    processes: () => [service.pid],
    url: () => service.url,
    newAccount: (size: number) => accounts.connect(directoryOf(size)),
    importEverybody: (account: Account) => run(account, 'imports', EVERYBODY),
    compareEverybody: (account: Account) => run(account, 'resyncs', { mode: 'full' }),
    followChanges: (account: Account) => run(account, 'resyncs', { mode: 'delta' }),
    changePeople: (size: number, count: number) =>
      fetch(`${graph.url}/changes?directory=${directoryOf(size)}&count=${count}`),
    /** A new process, optionally in another role. */
    async restart(role?: 'api') {
      await service.stop()
      service = await startService(env, role)
    },
    async end() {
      for (const child of [service, graph]) await child.stop()
      accounts.close()
      await pool.end()
      await database.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** WORKER_NODE_OPTIONS, such as `--cpu-prof`, are for the service only. */
async function startService(env: Record<string, string>, role?: string) {
  const options = [...imageNodeOptions(root), ...(process.env.WORKER_NODE_OPTIONS?.split(' ') ?? [])]
  const service = await spawnAt([...options, MAIN, ...(role ? [role] : [])], { HOST: '127.0.0.1', ...env })
  for (let attempt = 0; attempt < 600; attempt++) {
    if (service.child.exitCode !== null) throw new Error('user-sync-worker ended')
    const answer = await fetch(`${service.url}/health/ready`).catch(() => undefined)
    if (answer?.ok) return service
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('user-sync-worker is not ready')
}
