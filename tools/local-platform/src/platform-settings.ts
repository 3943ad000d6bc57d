import { randomBytes } from 'node:crypto'
import { access, constants, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { StartError } from './start-error.ts'

/** Settings of one installation on a laptop, kept between starts next to its database. */
const PlatformSettings = z.object({
  databasePassword: z.string(),
  keyEncryptionKey: z.string(),
  internalTokenKey: z.string(),
  /** Accepted by the gateway until the first platform key exists; see `adminKey`. */
  bootstrapKey: z.string(),
  adminKey: z.string().nullable(),
})
export type PlatformSettings = z.infer<typeof PlatformSettings>

const FILE = 'platform.json'

/**
 * Reads the settings in `folder`, or makes new ones: random keys, readable by the owner only.
 * @throws StartError when the folder or its content is unusable; then nothing is changed
 */
export async function openPlatformSettings(folder: string): Promise<PlatformSettings> {
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    const kept = await readKept(join(folder, FILE))
    return kept === undefined ? await makeSettings(folder) : PlatformSettings.parse(JSON.parse(kept))
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : `${FILE} is damaged`
    const line = `the folder ${folder} can't be used (${why}): it must be readable and writable; move it away to start afresh.`
    throw new StartError(line, { cause })
  }
}

async function readKept(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    // Only a missing file means a first start: new keys in place of unreadable ones would lock the database.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function makeSettings(folder: string): Promise<PlatformSettings> {
  const settings: PlatformSettings = {
    databasePassword: randomBytes(18).toString('base64url'),
    keyEncryptionKey: randomBytes(32).toString('base64'),
    internalTokenKey: randomBytes(32).toString('base64'),
    bootstrapKey: `jf_bootstrap_${randomBytes(32).toString('base64url')}`,
    adminKey: null,
  }
  await savePlatformSettings(folder, settings)
  return settings
}

export async function savePlatformSettings(folder: string, settings: PlatformSettings): Promise<void> {
  await writeFile(join(folder, FILE), `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 })
}
