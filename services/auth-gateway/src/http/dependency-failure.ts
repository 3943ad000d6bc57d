import { isLostStore } from '@jackfield/problem/lost-store'

/** Whether an error means that another service of ours, Postgres or Redis does not answer, or that there is no room for one more. */
export function isDependencyFailure(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'ServiceCallError' || cause.name === 'NoRoomError') return true
  }
  return isLostStore(error)
}
