import { readFileSync } from 'node:fs'

// From /proc, so on Linux only; elsewhere the figures are left out as NaN. See proc(5).

const TICKS_PER_SECOND = 100

/** Processor time, user and system, that these processes have used so far. */
export function processorSeconds(processes: readonly number[]): number {
  return sum(processes, (id) => {
    const fields = read(`/proc/${id}/stat`).split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  })
}

/** The most memory these processes ever had resident, added up. */
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
