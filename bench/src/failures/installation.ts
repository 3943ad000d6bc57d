import { rmSync } from 'node:fs'
import { chmod, mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adminAccess } from '@jackfield/local-platform/admin-access'
import { openPlatformSettings } from '@jackfield/local-platform/platform-settings'
import { platformAddresses, processPlans } from '@jackfield/local-platform/process-plans'
import {
  type ProcessPlan,
  type SupervisedProcess,
  startProcess,
  untilReady,
} from '@jackfield/local-platform/supervised-process'
import { startEmbeddedDatabase } from '@jackfield/local-stores/embedded-database'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { startBalancer } from '@jackfield/local-stores/service-balancer'
import type { Closers } from './closers.ts'
import { startRedis } from './redis-address.ts'

const root = join(import.meta.dirname, '../../..')
/** How often a Kubernetes Service of ours asks for readiness at the least. */
const POLL_MS = 1_000
export const SERVICES = ['tenant-registry', 'user-sync-worker', 'auth-gateway'] as const
export type ServiceName = (typeof SERVICES)[number]
type Replica = { plan: ProcessPlan; port: number; process: SupervisedProcess; isEnding: boolean }
export type Installation = Awaited<ReturnType<typeof startInstallation>>

/** Two of each service behind balancers, with Postgres, Redis where the machine has one, and the emulator. */
export async function startInstallation(options: { withoutRedis: boolean }, closers: Closers) {
  const folder = await mkdtemp(join(tmpdir(), 'jackfield-failures-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  await chmod(folder, 0o755) // started by root, Postgres runs as another account
  const folderOf = async (name: string) => {
    await mkdir(join(folder, name), { recursive: true })
    return join(folder, name)
  }
  const settings = await openPlatformSettings(folder)
  const postgres = {
    folder: join(folder, 'postgres'),
    port: await findFreePort(),
    password: settings.databasePassword,
    durable: true,
  }
  let database = startEmbeddedDatabase(postgres)
  await closers.add(async () => (await database).stop('immediate'))
  const databaseUrl = (await database).url
  const startingRedis = options.withoutRedis ? undefined : startRedis(folderOf)
  await closers.add(async () => (await startingRedis)?.end())
  const redis = await startingRedis

  const endpoints: Record<ServiceName, number[]> = {
    'tenant-registry': [await findFreePort(), await findFreePort()],
    'user-sync-worker': [await findFreePort(), await findFreePort()],
    'auth-gateway': [await findFreePort(), await findFreePort()],
  }
  const balancers = new Map<string, Awaited<ReturnType<typeof startBalancer>>>()
  for (const name of SERVICES) balancers.set(name, await startBalancer(endpoints[name], POLL_MS))
  await closers.add(() => Promise.all([...balancers.values()].map((balancer) => balancer.close())))
  const balancerPort = (name: ServiceName) => balancers.get(name)?.port ?? 0
  const ports = {
    ingress: balancerPort('auth-gateway'),
    gateway: balancerPort('auth-gateway'),
    registry: balancerPort('tenant-registry'),
    roster: balancerPort('user-sync-worker'),
    emulator: await findFreePort(),
    portal: 0,
    postgres: postgres.port,
  }
  const addresses = platformAddresses(ports)
  const output = new Map<string, string[]>()
  const onLine = (name: string, line: string) => void output.set(name, [...(output.get(name) ?? []).slice(-19), line])
  const quiet = { logLevel: 'warn', onLine, onStep: () => undefined, rateLimitFactor: 0 }
  const plans = processPlans({ root, dataFolder: folder, ports, settings, redisUrl: redis?.url, ...quiet }, databaseUrl)
  const planOf = (name: string) => plans.find((plan) => plan.name === name) as ProcessPlan

  const died: string[] = []
  const replicas = new Map<ServiceName, Replica[]>()
  const allReplicas = () => [...replicas.values()].flat()
  await closers.add(async () => {
    for (const each of allReplicas()) each.isEnding = true
    await Promise.all(allReplicas().map((each) => each.process.stop(1_000)))
  })
  const launch = (plan: ProcessPlan, label: string): SupervisedProcess =>
    startProcess(plan, (_, line) => onLine(label, line))
  const watch = (replica: Replica, label: string) => {
    const { process } = replica
    void process.ended.then((how) => {
      if (!replica.isEnding && replica.process === process)
        died.push(`${label} ${how}:\n${(output.get(label) ?? []).join('\n')}`)
    })
  }
  for (const name of SERVICES) {
    const of = endpoints[name].map((port, index): Replica => {
      const { SHUTDOWN_DELAY_SECONDS: _, ...environment } = planOf(name).environment // the default, as in a cluster
      const plan = {
        ...planOf(name),
        environment: { ...environment, PORT: String(port) },
        readyUrl: `http://127.0.0.1:${port}/health/ready`,
      }
      const replica = { plan, port, process: launch(plan, `${name} ${index + 1}`), isEnding: false }
      watch(replica, `${name} ${index + 1}`)
      return replica
    })
    replicas.set(name, of)
  }
  let emulator = launch(planOf('m365-emulator'), 'm365-emulator')
  await closers.add(() => emulator.stop())
  await untilReady(emulator, planOf('m365-emulator').readyUrl)
  for (const each of allReplicas()) await untilReady(each.process, each.plan.readyUrl)
  const untilServed = async (name: ServiceName, { port }: Replica) => {
    while (!balancers.get(name)?.isReady(port)) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  for (const name of SERVICES) for (const each of replicas.get(name) ?? []) await untilServed(name, each)

  const replicaOf = (name: ServiceName, index: number) => replicas.get(name)?.[index] as Replica
  async function end(name: ServiceName, index: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<string> {
    const replica = replicaOf(name, index)
    replica.isEnding = true
    process.kill(replica.process.pid, signal)
    return replica.process.ended
  }
  async function startAgain(name: ServiceName, index: number): Promise<void> {
    const replica = replicaOf(name, index)
    replica.process = launch(replica.plan, `${name} ${index + 1}`)
    replica.isEnding = false
    watch(replica, `${name} ${index + 1}`)
  }

  return {
    addresses,
    ports,
    databaseUrl,
    api: await adminAccess(addresses.control, settings, folder),
    apiKey: () => settings.adminKey ?? '',
    redis,
    /** Processes that ended without being asked to, with their last lines. */
    died,
    end,
    startAgain,
    untilServed: (name: ServiceName, index: number) => untilServed(name, replicaOf(name, index)),
    stopPostgres: async (mode: 'fast' | 'immediate') => (await database).stop(mode),
    async startPostgres() {
      database = startEmbeddedDatabase(postgres)
      await database
    },
    stopEmulator: () => emulator.stop(),
    async startEmulator() {
      emulator = launch(planOf('m365-emulator'), 'm365-emulator')
      await untilReady(emulator, planOf('m365-emulator').readyUrl)
    },
  }
}
