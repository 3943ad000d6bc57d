import { drizzle } from '@jackfield/postgres/drizzle'
import { whenReachable } from '@jackfield/postgres/migrate'
import { createPool } from '@jackfield/postgres/pool'
import { refuseSharedSessions, SharedSessionError } from '@jackfield/postgres/shared-sessions'
import { UnavailableError } from '@jackfield/problem/unavailable-error'
import { DATABASE_ROLE } from './adapters/database.ts'
import { chosenKeyEncryption, type KeyEncryptionSettings } from './adapters/keys/chosen-key-encryption.ts'
import { postgresDataKeys } from './adapters/keys/postgres-data-keys.ts'
import { rewrapDataKeys } from './jobs/rewrap-data-keys.ts'

/**
 * `main.ts rewrap-keys`: the second step of a key rotation, and of a move to another provider. Returns the exit code: 1
 * when a data key is left that no key-encryption key opens, or that the provider did not wrap in time. Waits while
 * Postgres is lost.
 */
export async function rewrapKeys(config: KeyEncryptionSettings & { DATABASE_URL: string }): Promise<number> {
  const applicationName = 'tenant-registry rewrap-keys'
  const pool = createPool({
    connectionString: config.DATABASE_URL,
    applicationName,
    role: DATABASE_ROLE,
    max: 1,
    onIdleError: () => undefined,
  })
  try {
    const dataKeys = postgresDataKeys(drizzle(pool), chosenKeyEncryption(config))
    const rewrap = async () => {
      await refuseSharedSessions(config.DATABASE_URL, applicationName)
      return rewrapDataKeys(dataKeys, (count) => process.stdout.write(`${count} data keys wrapped\n`))
    }
    const onWaiting = (error: Error) =>
      process.stderr.write(`Postgres is away, what is wrapped is wrapped: waiting (${error.message})\n`)
    const report = await whenReachable(rewrap, onWaiting, new AbortController().signal)
    for (const tenantId of report.unreadable)
      process.stderr.write(`tenant ${tenantId}: no key-encryption key of these settings opens its data key\n`)
    if (report.unreadable.length > 0) return 1
    process.stdout.write(`done: ${report.rewrapped} wrapped now, all data keys are under the current key\n`)
    return 0
  } catch (error) {
    if (error instanceof SharedSessionError) {
      process.stderr.write(`${error.message}\n`)
      return 1
    }
    if (!(error instanceof UnavailableError)) throw error
    process.stderr.write(`${error.message} What is wrapped is wrapped: start the command again to go on.\n`)
    return 1
  } finally {
    await pool.end()
  }
}
