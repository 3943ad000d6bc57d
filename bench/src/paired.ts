import { peakMemoryMb, processorSeconds } from './process-usage.ts'

/** One side of a comparison: a server in processes of its own, and the load on it. */
export type Side = {
  name: string
  /** Works for about `milliseconds` and returns the number of units done. */
  work(milliseconds: number): Promise<number>
  /** Before each slice and after it, not measured. */
  prepare?(): Promise<void>
  settle?(): Promise<void>
  /** Processes whose processor time and memory are measured. */
  processes: readonly number[]
}

type Slice = { perSecond: number; processorMicroseconds: number }

/**
 * Compares two sides in adjacent A-B-B-A slices, so that other load on the machine affects both alike. Only the ratio
 * within a run counts; absolute figures drift.
 */
export async function comparePaired(
  ours: Side,
  floor: Side,
  { pairs = 15, milliseconds = 1_500, unit }: { pairs?: number; milliseconds?: number; unit: string },
): Promise<{ ratio: number; text: string }> {
  for (const side of [ours, floor]) await side.work(milliseconds * 2) // warm up
  const [a, b]: [Slice[], Slice[]] = [[], []]
  for (let pair = 0; pair < pairs; pair++) {
    a.push(await slice(ours, milliseconds))
    b.push(await slice(floor, milliseconds), await slice(floor, milliseconds))
    a.push(await slice(ours, milliseconds))
  }
  const ratios = a.map(({ perSecond }, index) => perSecond / (b[index]?.perSecond ?? Number.NaN))
  const ratio = quantile(ratios, 0.5)
  const lines = [
    `${pairs} pairs, each ${ours.name} - ${floor.name} - ${floor.name} - ${ours.name}, ${milliseconds} ms a slice`,
    describe(ours, a, unit),
    describe(floor, b, unit),
    `ratio    median ${ratio.toFixed(2)}   quartiles ${quantile(ratios, 0.25).toFixed(2)} to ${quantile(ratios, 0.75).toFixed(2)}`,
  ]
  return { ratio, text: lines.join('\n') }
}

async function slice(side: Side, milliseconds: number): Promise<Slice> {
  await side.prepare?.()
  const before = processorSeconds(side.processes)
  const start = performance.now()
  const done = await side.work(milliseconds)
  const seconds = (performance.now() - start) / 1_000
  const processor = processorSeconds(side.processes) - before
  await side.settle?.()
  return { perSecond: done / seconds, processorMicroseconds: (processor * 1e6) / done }
}

function describe(side: Side, slices: readonly Slice[], unit: string): string {
  const rate = quantile(
    slices.map(({ perSecond }) => perSecond),
    0.5,
  )
  const processor = quantile(
    slices.map(({ processorMicroseconds }) => processorMicroseconds),
    0.5,
  )
  return `${side.name.padEnd(24)} ${rate.toFixed(0).padStart(7)} ${unit}/s  ${processor.toFixed(0).padStart(6)} µs processor each  ${peakMemoryMb(side.processes)} MB peak`
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  const position = (sorted.length - 1) * share
  const [below = Number.NaN, above = below] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]]
  return below + (above - below) * (position - Math.floor(position))
}
