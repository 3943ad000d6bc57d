import { drizzle } from '@jackfield/postgres/drizzle'
import { createPool } from '@jackfield/postgres/pool'
import { DATABASE_ROLE } from './adapters/database.ts'
import { postgresDataKeys } from './adapters/postgres-data-keys.ts'
import { settingsKeyEncryption } from './adapters/settings-key-encryption.ts'
import type { Config } from './config.ts'
import { rewrapDataKeys } from './jobs/rewrap-data-keys.ts'

/** `main.ts rewrap-keys`: the second step of a key rotation. Answers the exit code: 1 while a key is left that no key-encryption key opens. */
export async function rewrapKeys(config: Pick<Config, 'DATABASE_URL' | 'KEY_ENCRYPTION_KEYS'>): Promise<number> {
  const pool = createPool({
    connectionString: config.DATABASE_URL,
    applicationName: 'tenant-registry rewrap-keys',
    role: DATABASE_ROLE,
    max: 1,
    onIdleError: () => undefined,
  })
  try {
    const dataKeys = postgresDataKeys(drizzle(pool), settingsKeyEncryption(config.KEY_ENCRYPTION_KEYS))
    const report = await rewrapDataKeys(dataKeys, (count) => process.stdout.write(`${count} data keys wrapped\n`))
    for (const tenantId of report.unreadable) process.stderr.write(`tenant ${tenantId}: no key of KEY_ENCRYPTION_KEYS opens its data key\n`)
    if (report.unreadable.length > 0) return 1
    process.stdout.write(`done: ${report.rewrapped} wrapped now, all data keys are under the first key\n`)
    return 0
  } finally {
    await pool.end()
  }
}
