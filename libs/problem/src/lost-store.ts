/**
 * Whether an error, or one of its causes, means that Postgres or Redis is lost or refuses work for now: answered with
 * 503, and worth a retry. One list for all services (T-122, T-123).
 */
export function isLostStore(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (UNREACHABLE.test(codeOf(cause)) || endsConnection(cause) || LOST_RACE.test(codeOf(cause))) return true
    if (LOST_FOR_DRIVER.test(cause.message) || cause.name === 'MaxRetriesPerRequestError') return true
    if (isRefusedByRedis(cause)) return true
  }
  return false
}

/** Whether Redis answers, but refuses work for now: its connection is replaced. */
export function isRefusedByRedis(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && REFUSED_BY_REDIS.test(error.message)
}

/**
 * Whether a connection is not reused after this error of Postgres: it is closed, or its server refuses work, which the
 * server behind the address may not do after a failover (T-123). A lost race against another transaction does not count.
 */
export function endsConnection(error: unknown): boolean {
  return error instanceof Error && (CLOSED_BY_POSTGRES.test(codeOf(error)) || SERVER_REFUSES.test(codeOf(error)))
}

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '')

const UNREACHABLE = /^(?:ECONN\w+|EPIPE|ETIMEDOUT|EHOST\w+|ENET\w+|ENOTFOUND|EAI_AGAIN)$/

/**
 * SQLSTATE 08: connection failures; 57P0x: shutdown, crash, not up yet; 25P03, 25P04: time-outs that close the
 * connection.
 */
const CLOSED_BY_POSTGRES = /^(?:08\w{3}|57P0\w|25P0[34])$/

/** SQLSTATE 25006: a replica, as after a failover; 53: no disk, memory or connection left; 57014: too slow. */
const SERVER_REFUSES = /^(?:25006|53\w{3}|57014)$/

/** SQLSTATE 40001, 40P01: rolled back in favour of another transaction, more often than it is retried. */
const LOST_RACE = /^(?:40001|40P01)$/

/** Messages of pg, pg-pool and ioredis that come without a code. */
const LOST_FOR_DRIVER =
  /timeout exceeded when trying to connect|timeout expired|Connection terminated|is not queryable|Connection is closed|Command timed out|Command aborted due to connection close|Stream isn't writeable/

/**
 * A replica, as after a failover; full; loading; without its primary or its replicas; unable to save; busy with a
 * script; a cluster that reshards; credentials or rights that are not (yet) those of the setting; too many clients.
 * Older servers put a dash before the word in errors of scripts.
 */
const REFUSED_BY_REDIS =
  /(?:^|-)(?:READONLY|OOM|LOADING|MASTERDOWN|NOREPLICAS|MISCONF|BUSY|UNBLOCKED|CLUSTERDOWN|TRYAGAIN|NOAUTH|WRONGPASS|NOPERM)\b|^ERR max number of clients reached/
