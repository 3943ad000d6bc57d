import { availableParallelism, loadavg, totalmem } from 'node:os'
import type { PhoneUser } from '@jackfield/contract/roster/phone-user'
import type { AdminApi } from '@jackfield/local-platform/admin-api'
import { provideDemo } from '@jackfield/local-platform/demo'
import { demoRegistration } from '@jackfield/local-platform/demo-registration'
import { Closers } from '../failures/closers.ts'
import { EVENTS, type FailureEvent } from '../failures/events.ts'
import { type Installation, startInstallation } from '../failures/installation.ts'
import { addLargeDirectory, connectTenant, findRun, type Import, startImport } from '../failures/large-directory.ts'
import { type Ledger, openLedger } from '../failures/ledger.ts'
import { type Demo, type Load, startLoad } from '../failures/load.ts'
import { type EventFigures, isQuiet, measure } from '../failures/measure.ts'
import { describeLosses, printEvent, printSummary } from '../failures/report.ts'
import type { Benchmark } from '../main.ts'

/** Time without a failure after which an installation counts as recovered, and the longest wait for it. */
const QUIET_MS = 3_000
const LONGEST_WAIT_MS = 60_000
const SETTLE_MS = 30_000
const MOST_RECOVERY_SECONDS = 10

export const benchmark: Benchmark = {
  summary:
    'what fails, for how long and what is lost when a process or a store ends, with two of each service; `-- failures Redis` for one component, about 6 minutes for all',
  async run({ size = 20_000, only, withoutRedis = false }) {
    const closers = new Closers()
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void closers.end().then(() => process.exit(130)))
    const installation = await startInstallation({ withoutRedis }, closers).catch(async (error: unknown) => {
      await closers.end()
      throw error
    })
    const wanted = EVENTS.filter(
      ({ component }) =>
        (installation.redis || component !== 'Redis') && (!only || component.toLowerCase() === only.toLowerCase()),
    )
    let load: Load | undefined
    const ledger = await openLedger(installation.databaseUrl)
    const figures: EventFigures[] = []
    try {
      const { api, addresses } = installation
      await provideDemo(api, addresses.base, demoRegistration(), { onStep: () => undefined, onRun: () => undefined })
      await addLargeDirectory(addresses.emulator, size)
      const demo = await prepareDemo(api, ledger)
      const imports: Import[] = []
      for (const index of wanted.keys()) imports.push(await connectTenant(api, index))
      load = await startLoad(installation, demo, ledger)
      printHeading(installation.redis ? 'Redis' : 'Postgres')
      for (const [index, event] of wanted.entries()) {
        const found = await happen(event, imports[index] as Import, { installation, load, ledger, size })
        figures.push(found)
        printEvent(found)
      }
    } finally {
      await load?.stop()
      await ledger.close()
      await closers.end()
    }
    printSummary(figures)
    const wrong = figures.flatMap((each) => shortcomings(each, !installation.redis))
    if (wrong.length > 0) throw new Error(`not as promised:\n${wrong.join('\n')}`)
  },
}

async function happen(
  event: FailureEvent,
  target: Import,
  { installation, load, ledger, size }: { installation: Installation; load: Load; ledger: Ledger; size: number },
): Promise<EventFigures> {
  const { api, died } = installation
  died.length = 0
  const from = performance.now()
  target.runId = await startImport(api, target)
  await untilSeen(api, target)
  await event.run(installation)
  const over = performance.now()
  let run: Awaited<ReturnType<typeof findRun>>
  for (;;) {
    await pause(250)
    const now = performance.now()
    run = await findRun(api, target)
    if (now - over > LONGEST_WAIT_MS) break
    if (now - over > QUIET_MS && run?.finishedAt && isQuiet(load, now - QUIET_MS)) break
  }
  const to = performance.now()
  const sessions = await load.takeEndedSessions()
  const losses = await ledger.settle(SETTLE_MS)
  const isWhole = run?.status === 'succeeded' && run.counts.seen === size && run.counts.created === size
  return {
    event,
    kinds: measure(load, [from, over, to]),
    faults: load.takeFaults(),
    lost: { ...losses, imports: isWhole ? 0 : 1, sessions },
    importSeconds: run?.finishedAt ? (Date.parse(run.finishedAt) - Date.parse(run.createdAt)) / 1_000 : Number.NaN,
    died: [...died],
  }
}

/** The event comes while the import is under way. */
async function untilSeen(api: AdminApi, target: Import): Promise<void> {
  for (const deadline = performance.now() + SETTLE_MS; performance.now() < deadline; await pause(50))
    if ((await findRun(api, target))?.counts.seen) return
}

/** A phone system with an extension for each write, the users to bind, and a webhook endpoint. */
async function prepareDemo(api: AdminApi, ledger: Ledger): Promise<Demo> {
  const tenants = await api<{ items: Array<{ id: string; slug: string }> }>('GET', '/tenants?limit=50')
  const tenantId = tenants.items.find(({ slug }) => slug === 'contoso')?.id ?? ''
  const { items } = await api<{ items: PhoneUser[] }>('GET', `/tenants/${tenantId}/users?limit=200`)
  const system = await api<{ id: string }>('POST', `/tenants/${tenantId}/phone-systems`, { name: 'Busy' })
  const numbers = Array.from({ length: 5_000 }, (_, index) => ({ number: String(10_000 + index) }))
  await api('POST', `/tenants/${tenantId}/phone-systems/${system.id}/extensions`, { items: numbers })
  await api('POST', `/tenants/${tenantId}/webhook-endpoints`, { url: ledger.webhookUrl })
  return { tenantId, phoneSystemId: system.id, userIds: items.map(({ id }) => id) }
}

function printHeading(store: string): void {
  const machine = `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB, load ${loadavg()[0]?.toFixed(0)}`
  process.stdout.write(`${new Date().toISOString().slice(0, 10)}, ${machine}; records and queues on ${store}\n\n`)
}

function shortcomings({ event, kinds, lost, died }: EventFigures, isOnPostgres: boolean): string[] {
  const name = `${event.component}, ${event.event}`
  const slow = kinds.filter(({ recoverySeconds }) => recoverySeconds >= MOST_RECOVERY_SECONDS)
  const documented = isOnPostgres ? (event.endsSessionsOnPostgres ?? 0) : 0
  const gone = describeLosses({ ...lost, sessions: Math.max(0, lost.sessions - documented) })
  return [
    ...slow.map(({ kind, recoverySeconds }) => `${name}: ${kind} failed for ${recoverySeconds.toFixed(1)} s more`),
    ...(gone === 'nothing' ? [] : [`${name}: lost ${gone}`]),
    ...died.map((each) => `${name}: ${each}`),
  ]
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
