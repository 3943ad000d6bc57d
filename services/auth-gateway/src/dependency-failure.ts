/** Whether an error means that another service of ours, Postgres or Redis does not answer, or that there is no room for one more. */
export function isDependencyFailure(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? String(cause.code) : ''
    if (cause.name === 'ServiceCallError' || cause.name === 'MaxRetriesPerRequestError' || cause.name === 'NoRoomError') return true
    if (/^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|08\w{3}|57P0\d|53300)$/.test(code)) return true
    if (/timeout exceeded when trying to connect|Connection terminated|Connection is closed|Command timed out/.test(cause.message))
      return true
  }
  return false
}
