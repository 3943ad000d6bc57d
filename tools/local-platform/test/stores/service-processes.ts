import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { findFreePort } from '@jackfield/local-stores/free-port'

const ROOT = join(import.meta.dirname, '../../../..')
const BASE_HOST = 'phone.localhost'

/** Each process of the platform, and its command. */
const COMMANDS = {
  'tenant-registry': ['services/tenant-registry/src/main.ts'],
  'roster-api': ['services/user-sync-worker/src/main.ts', 'api'],
  'user-sync-worker': ['services/user-sync-worker/src/main.ts', 'worker'],
  'auth-gateway': ['services/auth-gateway/src/main.ts'],
} as const
const commandOf = (name: ServiceName): string[] => {
  const [main, ...role] = COMMANDS[name]
  return [join(ROOT, main), ...role]
}
export type ServiceName = keyof typeof COMMANDS
export const SERVICES = Object.keys(COMMANDS) as ServiceName[]

/** Of the answers, what tests read. */
type Answer = { id: string; items?: ReadonlyArray<{ name: string }> }
type Started = { child: ChildProcess; port: number; output: string }

/** All services as they are run, on one database, with their queues in it. */
export async function serviceProcesses(settings: Record<string, string>) {
  const ports = new Map<ServiceName, number>()
  for (const name of SERVICES) ports.set(name, await findFreePort())
  const addressOf = (name: ServiceName) => `http://127.0.0.1:${ports.get(name)}`
  const bootstrapKey = randomBytes(32).toString('base64url')
  const environment = {
    PATH: process.env.PATH,
    HOST: '127.0.0.1',
    SHUTDOWN_DELAY_SECONDS: '0',
    BASE_URL: `http://${BASE_HOST}:${ports.get('auth-gateway')}`,
    INTERNAL_TOKEN_KEYS: randomBytes(32).toString('base64'),
    KEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64'),
    TENANT_REGISTRY_URL: addressOf('tenant-registry'),
    ROSTER_URL: addressOf('roster-api'),
    BOOTSTRAP_API_KEY: bootstrapKey,
    ...settings,
  }
  const running = new Map<ServiceName, Started>()

  function start(name: ServiceName, more: Record<string, string> = {}): void {
    const port = ports.get(name) as number
    const child = spawn(process.execPath, commandOf(name), {
      env: { ...environment, PORT: `${port}`, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const started: Started = { child, port, output: '' }
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        started.output += chunk
      })
    running.set(name, started)
  }

  return {
    start,
    startAll() {
      for (const name of SERVICES) start(name)
    },
    /** Exit code and output of a command, such as `main.ts migrate`. */
    async run(name: Exclude<ServiceName, 'roster-api'>, command: string) {
      const child = spawn(process.execPath, [join(ROOT, COMMANDS[name][0]), command], { env: environment })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk))
      const [code] = await once(child, 'exit')
      return { code: code as number | null, output }
    },
    output: (name: ServiceName) => running.get(name)?.output ?? '',
    exitCodes: () => [...running].map(([name, { child }]) => [name, child.exitCode]),
    health: (name: ServiceName, what: 'live' | 'ready') =>
      fetch(`${addressOf(name)}/health/${what}`).then(
        ({ status }) => status,
        () => 0,
      ),
    async readiness(): Promise<Record<string, number>> {
      const statuses = SERVICES.map(async (name) => [name, await this.health(name, 'ready')])
      return Object.fromEntries(await Promise.all(statuses))
    },
    /** Calls the admin API by way of the gateway. */
    ask(path: string, body?: unknown) {
      const { promise, resolve, reject } = Promise.withResolvers<{
        status: number
        retryAfter: string | undefined
        body: Answer
      }>()
      const port = ports.get('auth-gateway')
      const headers = {
        host: `control.${BASE_HOST}:${port}`,
        authorization: `Bearer ${bootstrapKey}`,
        'content-type': 'application/json',
      }
      const method = body === undefined ? 'GET' : 'POST'
      const asked = request(
        { host: '127.0.0.1', port, path: `/api/v1${path}`, method, headers, agent: false },
        async (answer) => {
          let text = ''
          for await (const chunk of answer) text += chunk
          const { statusCode: status = 0, headers: got } = answer
          resolve({ status, retryAfter: got['retry-after'], body: JSON.parse(text || '{}') })
        },
      )
      asked.on('error', reject)
      asked.end(body === undefined ? undefined : JSON.stringify(body))
      return promise
    },
    async stop() {
      for (const { child } of running.values()) {
        if (child.exitCode !== null) continue
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
    },
  }
}

export const EVERY_SERVICE = (status: number) => Object.fromEntries(SERVICES.map((name) => [name, status]))
