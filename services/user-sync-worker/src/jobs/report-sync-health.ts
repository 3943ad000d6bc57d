import type { Ports, WorkerLog } from '../ports.ts'

const AT_ONCE = 20

/**
 * Reports accounts that are not in step with their directory, and that are again, to the registry, which shows, audits
 * and counts them (FC-34). What it does not take is reported again. Returns how many it took.
 */
export function tellSyncHealth({ syncHealth, registry }: Pick<Ports, 'syncHealth' | 'registry'>, log: WorkerLog) {
  return async (): Promise<number> => {
    let told = 0
    for (const health of await syncHealth.claimUntold(AT_ONCE)) {
      const { tenantId, accountId, failure, isNews } = health
      if (isNews && failure) log.warn({ tenantId, accountId, ...failure }, 'account is not in step with its directory')
      if (isNews && !failure) log.info({ tenantId, accountId }, 'account is in step with its directory again')
      // One that the registry refuses holds up no other (T-141).
      const answer = await registry.recordSyncHealth(tenantId, accountId, failure).catch((err: unknown) => {
        log.warn({ err, tenantId, accountId }, 'the registry refuses the report of an account')
      })
      if (answer !== true) continue
      await syncHealth.told(health)
      told += 1
    }
    return told
  }
}

/** Logs runs without progress, once each, and marks accounts whose last success is too old. */
export function watchProgress({ syncHealth }: Pick<Ports, 'syncHealth'>, log: WorkerLog) {
  return async (): Promise<void> => {
    for (const { id: runId, ...run } of await syncHealth.noteStalled())
      log.warn({ runId, ...run }, 'sync run makes no progress')
    await syncHealth.noteOverdue()
  }
}
