import { startRoster } from '../import/roster.ts'
import type { Benchmark } from '../main.ts'
import { comparePaired, quantile } from '../paired.ts'
import { peakMemoryMb, processorSeconds } from '../process-usage.ts'

const SIZE = 100_000
const SMALL = 10_000
const LARGE = 1_000_000
const CHANGES = 100
const ROUNDS = 15
const PAIRS = 5

type Roster = Awaited<ReturnType<typeof startRoster>>

export const benchmark: Benchmark = {
  summary:
    'unchanged imports and full comparisons beside first imports; memory at two sizes; a delta among a million (--size for all of them)',
  async run({ pairs = PAIRS, size: asked }) {
    const [size, large] = [asked ?? SIZE, asked ?? LARGE]
    const redisUrl = process.env.REDIS_URL || undefined
    const roster = await startRoster([...new Set([SMALL, size, large])], redisUrl)
    try {
      const side = (name: string, work: () => Promise<number>) => ({ name, work, processes: roster.processes() })
      const first = side('first import', () => roster.importEverybody(roster.newAccount(size)))
      const account = roster.newAccount(size)
      await roster.importEverybody(account)
      print('queue', redisUrl ? 'Redis' : 'Postgres')
      for (const unchanged of [
        side('unchanged import', () => roster.importEverybody(account)),
        side('unchanged comparison', () => roster.compareEverybody(account)),
      ]) {
        const { text } = await comparePaired(unchanged, first, { unit: 'users', milliseconds: 0, pairs })
        print(`${unchanged.name} of ${size} people (µs for each are seconds for a million)`, text)
      }
      const { text, last } = await measureMemory(roster, [SMALL, large])
      print('peak memory of a process with one import', text)
      print(`${CHANGES} changes among ${large}`, await measureDelta(roster, last, large))
    } finally {
      await roster.end()
    }
  },
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
  return `median ${quantile(wall, 0.5).toFixed(0)} ms from request to end, ${quantile(processor, 0.5).toFixed(0)} ms of processor`
}

/** One import in a new process for each size; also returns the account of the last, which is still there. */
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
