import type { Ports, WorkerLog } from '../ports.ts'

const AT_ONCE = 20

/**
 * Reports accounts that are not in step with their directory, and that are again, to the registry, which shows, audits
 * and counts them (FC-34). What it does not take is reported again. Returns how many it took.
 */
export function tellSyncHealth(ports: Needs, log: WorkerLog) {
  return async (): Promise<number> => {
    const untold = await ports.syncHealth.claimUntold(AT_ONCE)
    // One that the registry refuses holds up no other (T-141).
    const told = untold.map((health) =>
      tell(ports, health, log).catch((err: unknown) => {
        const { tenantId, accountId } = health
        log.warn({ err, tenantId, accountId }, 'the registry refuses the report of an account')
        return false
      }),
    )
    return (await Promise.all(told)).filter((isTold) => isTold).length
  }
}

type Needs = Pick<Ports, 'syncHealth' | 'registry'>
type UntoldHealth = Awaited<ReturnType<Ports['syncHealth']['claimUntold']>>[number]

/** False when the registry did not take it. */
async function tell({ syncHealth, registry }: Needs, health: UntoldHealth, log: WorkerLog): Promise<boolean> {
  const { tenantId, accountId, failure, isNews } = health
  if (isNews && failure) log.warn({ tenantId, accountId, ...failure }, 'account is not in step with its directory')
  if (isNews && !failure) log.info({ tenantId, accountId }, 'account is in step with its directory again')
  if ((await registry.recordSyncHealth(tenantId, accountId, failure)) !== true) return false
  await syncHealth.told(health)
  return true
}

/** Logs runs without progress, once each, and marks accounts whose last success is too old. */
export function watchProgress({ syncHealth }: Pick<Ports, 'syncHealth'>, log: WorkerLog) {
  return async (): Promise<void> => {
    for (const { id: runId, ...run } of await syncHealth.noteStalled())
      log.warn({ runId, ...run }, 'sync run makes no progress')
    await syncHealth.noteOverdue()
  }
}
