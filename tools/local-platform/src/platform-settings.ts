import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** What one installation on a laptop keeps between starts, beside its database. */
const PlatformSettings = z.object({
  databasePassword: z.string(),
  keyEncryptionKey: z.string(),
  internalTokenKey: z.string(),
  /** Accepted by the gateway until the first platform key exists; see `adminKey`. */
  bootstrapKey: z.string(),
  adminKey: z.string().nullable(),
})
export type PlatformSettings = z.infer<typeof PlatformSettings>

/** Reads the settings kept in `folder`, or makes new ones: random keys, readable by the owner only. */
export async function openPlatformSettings(folder: string): Promise<PlatformSettings> {
  await mkdir(folder, { recursive: true })
  const kept = await readFile(join(folder, 'platform.json'), 'utf8').catch(() => undefined)
  if (kept !== undefined) return PlatformSettings.parse(JSON.parse(kept))
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
  await writeFile(join(folder, 'platform.json'), `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 })
}
