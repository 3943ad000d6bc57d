import { isLostStore } from '@jackfield/problem/lost-store'

/** True when a service of ours, Postgres or Redis does not answer, or when no more sign-ins are accepted. */
export function isDependencyFailure(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'ServiceCallError' || cause.name === 'NoRoomError') return true
  }
  return isLostStore(error)
}
