import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type EmbeddedDatabase, startEmbeddedDatabase } from '@jackfield/local-stores/embedded-database'
import { isPortTaken } from '@jackfield/local-stores/free-port'
import { startIngress } from './ingress.ts'
import type { PlatformSettings } from './platform-settings.ts'
import { type PlatformPorts, platformAddresses, processPlans } from './process-plans.ts'
import { StartError } from './start-error.ts'
import { type ProcessPlan, type SupervisedProcess, startProcess, untilReady } from './supervised-process.ts'

export type PlatformOptions = {
  /** Root of the clone. */
  root: string
  /** Folder of the database files and the settings. */
  dataFolder: string
  ports: PlatformPorts
  settings: PlatformSettings
  /** The caller's Postgres and Redis, instead of the embedded database. */
  databaseUrl?: string | undefined
  redisUrl?: string | undefined
  redisPrefix?: string | undefined
  logLevel: string
  /** Rate limit factor of the gateway; default 10. */
  rateLimitFactor?: number
  onLine(name: string, line: string): void
  onStep(text: string): void
  /** Aborts a start in progress; a running platform is ended by `stop`. */
  signal?: AbortSignal | undefined
}

export type Platform = {
  addresses: ReturnType<typeof platformAddresses>
  /** Resolves when a process ended unexpectedly. */
  readonly failed: Promise<string>
  processId(name: string): number
  /** Restarts a process that was stopped on purpose. */
  restart(name: string): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts Postgres, then the emulator and the services, the gateway last, and the ingress, and watches them. It never
 * restarts a process by itself.
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  await refuseTakenPorts(options)
  const addresses = platformAddresses(options.ports)
  const { promise: failed, resolve: fail } = Promise.withResolvers<string>()
  const running = new Map<string, SupervisedProcess>()
  let stopping = false

  const launch = async (plan: ProcessPlan) => {
    options.signal?.throwIfAborted()
    const started = startProcess(plan, options.onLine)
    running.set(plan.name, started)
    await untilReady(started, plan.readyUrl)
    started.ended.then((reason) => {
      if (!stopping && running.get(plan.name) === started) fail(`${plan.name} ${reason}`)
    })
  }

  let database: EmbeddedDatabase | undefined
  let ingress: Awaited<ReturnType<typeof startIngress>> | undefined
  const stop = async () => {
    stopping = true
    await ingress?.close()
    await Promise.all([...running.values()].map((each) => each.stop()))
    await database?.stop()
  }

  const stopProcesses = () => void Promise.all([...running.values()].map((each) => each.stop()))
  options.signal?.addEventListener('abort', stopProcesses, { once: true })
  try {
    if (options.databaseUrl === undefined) {
      options.onStep('starting Postgres')
      const folder = join(options.dataFolder, 'postgres')
      database = await startEmbeddedDatabase({
        folder,
        port: options.ports.postgres,
        password: options.settings.databasePassword,
        durable: true,
      })
    }
    const plans = processPlans(options, options.databaseUrl ?? database?.url ?? '')
    options.onStep(`starting ${plans.map((plan) => plan.name).join(', ')}`)
    // The gateway would warn about the services that it asks every second, until they are ready.
    const { gateway = [], others = [] } = Object.groupBy(plans, ({ name }) =>
      name === 'auth-gateway' ? 'gateway' : 'others',
    )
    await Promise.all(others.map(launch))
    await Promise.all(gateway.map(launch))
    options.signal?.removeEventListener('abort', stopProcesses)
    options.signal?.throwIfAborted()
    ingress = await startIngress({
      host: '127.0.0.1',
      port: options.ports.ingress,
      gatewayUrl: addresses.gateway,
      controlHost: new URL(addresses.control).host,
      portalUrl: `http://127.0.0.1:${options.ports.portal}`,
      examples: join(options.root, 'examples'),
    })
    return {
      addresses,
      failed,
      processId: (name) => running.get(name)?.pid ?? 0,
      async restart(name) {
        const plan = plans.find((candidate) => candidate.name === name)
        if (!plan) throw new TypeError(`There is no process ${name}.`)
        const previous = running.get(name)
        running.delete(name)
        await previous?.stop()
        await launch(plan)
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** @throws StartError that names the first port in use */
export async function refuseTakenPorts({
  ports,
  databaseUrl,
  dataFolder,
}: Pick<PlatformOptions, 'ports' | 'databaseUrl' | 'dataFolder'>): Promise<void> {
  for (const [name, port] of Object.entries(ports)) {
    if (name === 'postgres') continue
    if (await isPortTaken(port))
      throw new StartError(
        `port ${port} (${name}) is taken by another program; stop it, or look whether Jackfield runs already.`,
      )
  }
  // Our own Postgres may be left over from a killed run; its next start stops it first.
  const leftOver = existsSync(join(dataFolder, 'postgres/cluster/postmaster.pid'))
  if (databaseUrl === undefined && !leftOver && (await isPortTaken(ports.postgres))) {
    throw new StartError(`port ${ports.postgres} (postgres) is taken by another program; stop it, or set DATABASE_URL.`)
  }
}
