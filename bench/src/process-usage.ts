import { readFileSync } from 'node:fs'

// Reads /proc (proc(5)), so Linux only; elsewhere the figures are NaN.

const TICKS_PER_SECOND = 100

/** Processor time of these processes so far, user and system, in seconds. */
export function processorSeconds(processes: readonly number[]): number {
  return sum(processes, (id) => {
    const fields = read(`/proc/${id}/stat`).split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  })
}

/** Peak resident memory of these processes, summed, in MB. */
export function peakMemoryMb(processes: readonly number[]): number {
  return Math.round(
    sum(processes, (id) => Number(/VmHWM:\s+(\d+) kB/.exec(read(`/proc/${id}/status`))?.[1] ?? Number.NaN) / 1_024),
  )
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

const sum = (processes: readonly number[], of: (id: number) => number) =>
  processes.reduce((total, id) => total + of(id), 0)
