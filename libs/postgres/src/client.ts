import { EventEmitter } from 'node:events'
import { endsConnection } from '@jackfield/problem/lost-store'
import pg from 'pg'

/**
 * A connection that may die at any moment (T-122). node-postgres emits 'error' for it, which ends a process where
 * nobody listens, as for a connection that a pool has lent out. Here it is kept for whoever listens next, and the query
 * under way or the next one fails. One that Postgres closes is not queried again, and no pool takes it back, even
 * before its socket has ended.
 */
export class Client extends pg.Client {
  private isEnding = false
  private unheard: unknown

  constructor(config?: string | pg.ClientConfig) {
    super(config)
    this.once('connect', () => {
      this.connection.on('errorMessage', (error: unknown) => {
        if (this.isEnding || !endsConnection(error)) return
        void this.end()
        // A client that ends is silent about its socket's end; who waits on this connection, as BullMQ does, must learn
        // of it.
        this.emit('error', error)
      })
    })
    // The types of pg know its own events only.
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

/**
 * Has libraries that make connections by themselves make them of this class: BullMQ listens to the one it waits on only
 * once it is connected, which is too late for one that Postgres closes in the same packet.
 */
export function useOwnClientEverywhere(): void {
  Object.assign(pg, { Client })
}
