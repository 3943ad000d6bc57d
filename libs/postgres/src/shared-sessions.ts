import { randomBytes } from 'node:crypto'
import { Client } from './client.ts'

/**
 * A pooler hands consecutive statements of a connection to different backends. Role, tenant and locks of a session then
 * apply to other connections (T-124).
 */
export class SharedSessionError extends Error {
  override readonly name = 'SharedSessionError'

  constructor() {
    super(
      'DATABASE_URL leads to a pooler that moves statements between sessions (pgbouncer: pool_mode = transaction); ' +
        'it must be pool_mode = session, or Postgres itself',
    )
  }
}

/** Postgres sends a notification at once; this is for a busy machine. */
const NOTIFICATION_MS = 4_000

/**
 * Proves that sessions are kept, by a notification: Postgres sends it to the session that listens, and a pooler between
 * transactions drops it. A comparison of backends could miss it: an idle pooler tends to give the same one again.
 * @throws SharedSessionError
 */
export async function refuseSharedSessions(connectionString: string, applicationName: string): Promise<void> {
  const channel = `jackfield_${randomBytes(8).toString('hex')}`
  const settings = { connectionString, application_name: applicationName, connectionTimeoutMillis: 5_000 }
  const [listener, notifier] = [new Client(settings), new Client(settings)]
  const { promise: received, resolve, reject } = Promise.withResolvers<void>()
  received.catch(() => undefined) // awaited below, after queries that may fail first
  // A pooler may give it a connection on which another service has listened.
  listener.on('notification', (received) => {
    if (received.channel === channel) resolve()
  })
  listener.on('error', reject)
  let patience: NodeJS.Timeout | undefined
  try {
    await listener.connect()
    await listener.query(`listen ${channel}`)
    await notifier.connect()
    await notifier.query(`notify ${channel}`)
    patience = setTimeout(() => reject(new SharedSessionError()), NOTIFICATION_MS)
    await received
  } finally {
    clearTimeout(patience)
    await Promise.all([listener.end(), notifier.end()])
  }
}
