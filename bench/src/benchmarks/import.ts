import { startRoster } from '../import/roster.ts'
import type { Benchmark } from '../main.ts'
import { comparePaired, quantile } from '../paired.ts'
import { peakMemoryMb, processorSeconds } from '../process-usage.ts'

const SIZE = 100_000
const SMALL = 10_000
const LARGE = 1_000_000
const CHANGES = 100
const ROUNDS = 15

type Roster = Awaited<ReturnType<typeof startRoster>>

export const benchmark: Benchmark = {
  summary:
    'imports compared with plain upserts of the same pages; unchanged ones; full comparisons; a delta among a million; memory at two sizes (--size for all of them)',
  async run({ pairs, size: asked }) {
    const [size, large] = [asked ?? SIZE, asked ?? LARGE]
    const redisUrl = process.env.REDIS_URL || undefined
    const roster = await startRoster([...new Set([SMALL, size, large])], redisUrl)
    const options = { unit: 'users', milliseconds: 0, ...(pairs !== undefined && { pairs }) }
    const ours = { name: 'user-sync-worker', processes: roster.processes() }
    const floor = (how: 'import' | 'read') => ({
      work: () => askFloor(roster, how, size),
      processes: [roster.floor.pid],
    })
    try {
      const work = () => roster.importEverybody(roster.newAccount(size))
      const first = await comparePaired({ ...ours, work }, { name: 'plain upserts', ...floor('import') }, options)
      print(`queue: ${redisUrl ? 'Redis' : 'Postgres'}; first imports of ${size}`, first.text)

      const account = roster.newAccount(size)
      await roster.importEverybody(account)
      const again = () => roster.importEverybody(account)
      const unchanged = await comparePaired(
        { ...ours, work: again },
        { name: 'fetch and parse', ...floor('read') },
        options,
      )
      print('imports in which nothing changed', unchanged.text)
      const compare = () => roster.compareEverybody(account)
      const full = await comparePaired(
        { ...ours, work: compare },
        { name: 'fetch and parse', ...floor('read') },
        options,
      )
      print('full comparisons in which nothing changed', full.text)

      const { text, last } = await measureMemory(roster, [SMALL, large])
      print('peak memory of a process with one import', text)
      print(`${CHANGES} changes among ${large}`, await measureDelta(roster, last, large))
    } finally {
      await roster.end()
    }
  },
}

async function askFloor({ floor }: Roster, how: string, size: number): Promise<number> {
  const answer = await fetch(`${floor.url}/${how}?size=${size}`)
  if (!answer.ok) throw new Error(await answer.text())
  return Number(await answer.text())
}

async function measureDelta(
  roster: Roster,
  account: Parameters<Roster['followChanges']>[0],
  size: number,
): Promise<string> {
  await roster.followChanges(account)
  const [wall, processor]: [number[], number[]] = [[], []]
  for (let round = 0; round < ROUNDS; round++) {
    await roster.changePeople(size, CHANGES)
    const [start, used] = [performance.now(), processorSeconds(roster.processes())]
    const seen = await roster.followChanges(account)
    if (seen !== CHANGES) throw new Error(`${seen} changes were seen.`)
    wall.push(performance.now() - start)
    processor.push((processorSeconds(roster.processes()) - used) * 1_000)
  }
  return `median ${quantile(wall, 0.5).toFixed(0)} ms from asking to the end, ${quantile(processor, 0.5).toFixed(0)} ms of processor`
}

/** Also returns the account of the last size, which stays. */
async function measureMemory(roster: Roster, sizes: readonly number[]) {
  const lines: string[] = []
  let last = roster.newAccount(SMALL)
  for (const size of sizes) {
    await roster.restart()
    last = roster.newAccount(size)
    await roster.importEverybody(last)
    lines.push(`${size} users: ${peakMemoryMb(roster.processes())} MB`)
  }
  return { text: lines.join(', '), last }
}

const print = (title: string, text: string) => process.stdout.write(`${title}\n${text}\n\n`)
