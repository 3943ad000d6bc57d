import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AdminApi, AdminApiError, adminApi } from './admin-api.ts'
import { type PlatformSettings, savePlatformSettings } from './platform-settings.ts'
import { StartError } from './start-error.ts'

/**
 * The platform's own admin key, kept in `dataFolder`. If the database does not know it (the first start, or another
 * DATABASE_URL), the bootstrap key makes a new one.
 * @throws StartError when the database has other keys, so that the bootstrap key is no longer accepted
 */
export async function adminAccess(
  controlOrigin: string,
  settings: PlatformSettings,
  dataFolder: string,
): Promise<AdminApi> {
  if (settings.adminKey !== null) {
    const kept = adminApi(controlOrigin, settings.adminKey)
    if (await isAccepted(kept)) return kept
  }
  const bootstrap = adminApi(controlOrigin, settings.bootstrapKey)
  if (!(await isAccepted(bootstrap)))
    throw new StartError(
      `the database was set up by another installation; empty it, or bring its ${join(dataFolder, 'platform.json')}.`,
    )
  const { key } = await bootstrap<{ key: string }>('POST', '/api-keys', {
    name: 'local platform',
    scope: 'platform',
    role: 'admin',
  })
  settings.adminKey = key
  await savePlatformSettings(dataFolder, settings)
  await writeFile(join(dataFolder, 'admin-api-key'), `${key}\n`, { mode: 0o600 })
  return adminApi(controlOrigin, key)
}

async function isAccepted(api: AdminApi): Promise<boolean> {
  try {
    await api('GET', '/apps?limit=1')
    return true
  } catch (error) {
    if (error instanceof AdminApiError && error.status === 401) return false
    throw error
  }
}
