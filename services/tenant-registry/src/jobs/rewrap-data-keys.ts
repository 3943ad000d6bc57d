import type { DataKeys } from '../ports.ts'

const SLICE = 100

export type RewrapReport = { rewrapped: number; unreadable: string[] }

/**
 * Wraps every tenant's data key under the current key-encryption key, in slices, beside the running services, which
 * read both. What is done is told by the rows themselves: after a crash it is started again and goes on with the rest
 * (SE-05).
 */
export async function rewrapDataKeys(dataKeys: DataKeys, onSlice: (count: number) => void): Promise<RewrapReport> {
  for (let rewrapped = 0; ; ) {
    const pass = await onePass(dataKeys, onSlice)
    rewrapped += pass.rewrapped
    // A key that changed under our hands waits still, and a service that wraps with the old key may have added one
    // behind the pass.
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
