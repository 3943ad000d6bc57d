import { endsConnection } from '@jackfield/problem/lost-store'
import pg from 'pg'

/**
 * A connection that may die at any moment (T-122). node-postgres emits 'error' for it, which ends a process where nobody listens, as for a
 * connection that a pool has lent out: here it does not, and whoever has the connection learns of it by the query under way or the next one.
 * One that Postgres closes is not queried again, and no pool takes it back, even before its socket has ended.
 */
export class Client extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config)
    this.once('connect', () => {
      this.connection.on('errorMessage', (error: unknown) => {
        if (endsConnection(error)) void this.end()
      })
    })
  }

  override emit(name: string | symbol, ...values: unknown[]): boolean {
    if (name === 'error' && this.listenerCount('error') === 0) return false
    return super.emit(name, ...values)
  }
}

/**
 * Has libraries that make connections by themselves make them of this class: BullMQ listens to the one it waits on only once it is connected,
 * which is too late for one that Postgres closes in the same packet.
 */
export function useOwnClientEverywhere(): void {
  Object.assign(pg, { Client })
}
