import { type Installation, SERVICES, type ServiceName } from './installation.ts'

/** `run` resolves when the cause is over; what still fails then counts as recovery. */
export type FailureEvent = {
  component: string
  event: string
  run(installation: Installation): Promise<void>
  /** How many may end when Postgres keeps the records: those refreshed in the half second before a crash. */
  endsSessionsOnPostgres?: number
}

const OUTAGE_MS = 10_000
const LABELS: Record<ServiceName, string> = {
  'tenant-registry': 'registry',
  'user-sync-worker': 'worker',
  'auth-gateway': 'gateway',
}
const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
const both = [0, 1] as const

/** In the order in which they happen; the switch of Redis last, because it leaves another primary. */
export const EVENTS: readonly FailureEvent[] = [
  ...SERVICES.map((name) => ({
    component: LABELS[name],
    event: 'kill -9 of one',
    run: async ({ end, startAgain }: Installation) => {
      await end(name, 0, 'SIGKILL')
      await startAgain(name, 0)
    },
  })),
  ...SERVICES.map((name) => ({
    component: LABELS[name],
    event: 'rolled, one after the other',
    run: async ({ end, startAgain, untilServed, died }: Installation) => {
      for (const index of both) {
        const how = await end(name, index, 'SIGTERM')
        if (how !== 'ended with 0') died.push(`${name} ${how} at SIGTERM`)
        await startAgain(name, index)
        await untilServed(name, index)
      }
    },
  })),
  ...(['tenant-registry', 'user-sync-worker'] as const).map((name) => ({
    component: name === 'user-sync-worker' ? 'roster' : LABELS[name],
    event: 'down for 10 s',
    run: async ({ end, startAgain }: Installation) => {
      await Promise.all(both.map((index) => end(name, index, 'SIGKILL')))
      await pause(OUTAGE_MS)
      await Promise.all(both.map((index) => startAgain(name, index)))
    },
  })),
  {
    component: 'Microsoft',
    event: 'down for 10 s',
    async run({ stopEmulator, startEmulator }) {
      await stopEmulator()
      await pause(OUTAGE_MS)
      await startEmulator()
    },
  },
  ...(['fast', 'immediate'] as const).map((mode) => ({
    component: 'Postgres',
    event: `restart, ${mode}`,
    ...(mode === 'immediate' && { endsSessionsOnPostgres: 3 }),
    run: async ({ stopPostgres, startPostgres }: Installation) => {
      await stopPostgres(mode)
      await startPostgres()
    },
  })),
  {
    component: 'Postgres',
    event: 'down for 10 s',
    async run({ stopPostgres, startPostgres }) {
      await stopPostgres('fast')
      await pause(OUTAGE_MS)
      await startPostgres()
    },
  },
  {
    component: 'Redis',
    event: 'restart',
    async run({ redis }) {
      await redis?.stop()
      await redis?.start()
    },
  },
  {
    component: 'Redis',
    event: 'down for 10 s',
    async run({ redis }) {
      await redis?.stop()
      await pause(OUTAGE_MS)
      await redis?.start()
    },
  },
  {
    component: 'Redis',
    event: 'switched to a replica',
    async run({ redis }) {
      await redis?.addReplica()
      await redis?.switchOver()
    },
  },
]
