import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedDatabase } from '@jackfield/local-stores/embedded-database'
import { findFreePort } from '@jackfield/local-stores/free-port'

/** Runs `work` with the environment of one Postgres that many test runs share: DATABASE_URL's, or an embedded one. */
export async function withTestDatabase<Result>(
  work: (environment: { DATABASE_URL: string }) => Result | Promise<Result>,
): Promise<Result> {
  const given = process.env.DATABASE_URL
  if (given) return work({ DATABASE_URL: given })
  const folder = await mkdtemp(join(tmpdir(), 'jackfield-tests-'))
  // Under root, Postgres runs as another account, which needs to reach its folder.
  await chmod(folder, 0o755)
  try {
    const port = await findFreePort()
    const settings = { folder: join(folder, 'postgres'), port, password: 'test', durable: false }
    const database = await startEmbeddedDatabase(settings)
    try {
      return await work({ DATABASE_URL: database.url })
    } finally {
      await database.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
