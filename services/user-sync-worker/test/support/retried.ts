import { whenReachable } from '@jackfield/postgres/migrate'

/**
 * Retries what a service's start retries, too: BullMQ gives a connection to Postgres one second, which a loaded machine
 * exceeds, and a hook that fails fails its whole test file.
 */
export function retried<Result>(attempt: () => Promise<Result>): Promise<Result> {
  return whenReachable(attempt, () => {}, AbortSignal.timeout(50_000))
}
