import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { endsConnection } from '@jackfield/problem/lost-store'
import pg from 'pg'

/**
 * A connection that may be lost at any moment (T-122). node-postgres then emits 'error', which ends a process without a
 * listener, as while a pool has lent the connection out. This class keeps the error for the next listener, and fails
 * the query in flight or the next one. A connection that Postgres closes, or refuses work on (T-123), is not queried
 * again, and no pool takes it back, even before its socket has ended.
 */
export class Client extends pg.Client {
  private isEnding = false
  private unheard: unknown

  /** `silenceMs`: how long a query in flight may wait for a byte, as from a machine that is gone; unlimited by default. */
  constructor(config?: string | (pg.ClientConfig & { silenceMs?: number })) {
    // BullMQ sends its search path as `options`, which pgbouncer refuses; `sessionOptions` sets it.
    super(typeof config === 'object' ? { ...config, options: undefined } : config)
    const silenceMs = typeof config === 'object' ? (config.silenceMs ?? 0) : 0
    this.once('connect', () => {
      const stream = this.connection.stream as Socket
      stream.setTimeout(silenceMs, () => {
        if (isBusy(this)) stream.destroy(new SilenceError(`Postgres has not answered for ${silenceMs} ms.`))
      })
      this.connection.on('errorMessage', (error: unknown) => {
        if (this.isEnding || !endsConnection(error)) return
        void this.end()
        // An ending client does not report its socket's end, and BullMQ waits on the connection.
        this.emit('error', error)
      })
    })
    // The types of pg have no `newListener`.
    EventEmitter.prototype.on.call(this, 'newListener', (name) => {
      if (name === 'error' && this.unheard !== undefined) process.nextTick(() => this.tellUnheard())
    })
  }

  override emit(name: string | symbol, ...values: unknown[]): boolean {
    if (name !== 'error' || this.listenerCount('error') > 0) return super.emit(name, ...values)
    this.unheard = values[0]
    return false
  }

  override end(): Promise<void>
  override end(done: (error: Error) => void): void
  override end(done?: (error: Error) => void): Promise<void> | undefined {
    this.isEnding = true
    return done ? void super.end(done) : super.end()
  }

  private tellUnheard(): void {
    const error = this.unheard
    this.unheard = undefined
    if (error !== undefined) this.emit('error', error)
  }
}

class SilenceError extends Error {
  override readonly name = 'SilenceError'
  readonly code = 'ETIMEDOUT'
}

/** Whether a query is in flight; the types of pg do not have it. */
const isBusy = (client: object): boolean => '_activeQuery' in client && client._activeQuery !== null

/**
 * Makes libraries that open connections themselves use this class: BullMQ adds its listener only once it is connected,
 * which is too late when Postgres closes the connection in the same packet.
 */
export function useOwnClientEverywhere(): void {
  Object.assign(pg, { Client })
}
