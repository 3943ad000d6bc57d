import { endsConnection } from '@jackfield/problem/lost-store'
import pg from 'pg'

/**
 * A connection that may die at any moment (T-122). node-postgres emits 'error' for it, which ends a process where nobody listens, as for a
 * connection that a pool has lent out: here somebody always does, and learns of it by the query under way or the next one. One that Postgres
 * closes is not queried again, and no pool takes it back, even before its socket has ended.
 */
export class Client extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config)
    this.on('error', () => undefined)
    this.once('connect', () => {
      this.connection.on('errorMessage', (error: unknown) => {
        if (endsConnection(error)) void this.end()
      })
    })
  }
}
