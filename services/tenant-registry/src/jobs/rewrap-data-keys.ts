import type { DataKeys } from '../ports.ts'

const SLICE = 100

export type RewrapReport = { rewrapped: number; unreadable: string[] }

/**
 * Wraps every tenant's data key under the current key-encryption key, in slices, while the services run and read both.
 * The rows show what is done: after a crash a second start continues with the rest (SE-05).
 */
export async function rewrapDataKeys(dataKeys: DataKeys, onSlice: (count: number) => void): Promise<RewrapReport> {
  for (let rewrapped = 0; ; ) {
    const pass = await onePass(dataKeys, onSlice)
    rewrapped += pass.rewrapped
    // A key that changed meanwhile still waits, and a service with the old key may have added one behind this pass.
    if (pass.waiting === pass.unreadable.length) return { rewrapped, unreadable: pass.unreadable }
  }
}

async function onePass(
  dataKeys: DataKeys,
  onSlice: (count: number) => void,
): Promise<RewrapReport & { waiting: number }> {
  const report = { waiting: 0, rewrapped: 0, unreadable: [] as string[] }
  for (let after: string | undefined; ; ) {
    const slice = await dataKeys.rewrap(after, SLICE)
    if (slice.last === undefined) return report
    report.waiting += slice.waiting
    report.rewrapped += slice.rewrapped
    report.unreadable.push(...slice.unreadable)
    after = slice.last
    onSlice(slice.rewrapped)
  }
}
