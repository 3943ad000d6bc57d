import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AdminApi, AdminApiError, adminApi } from './admin-api.ts'
import { printProgress, printWelcome } from './console-output.ts'
import { provideDemo } from './demo.ts'
import { demoRegistration } from './demo-registration.ts'
import { type Platform, StartError, startPlatform } from './platform.ts'
import { openPlatformSettings, type PlatformSettings, savePlatformSettings } from './platform-settings.ts'
import { DEFAULT_PORTS } from './process-plans.ts'
import { buildFrontends } from './run-turbo.ts'

// `npm start`: everything on one machine, for trying it out and for developing it.

const root = join(import.meta.dirname, '../../..')
const dataFolder = join(root, '.data')
const ended = new AbortController()
let platform: Platform | undefined

process.once('SIGINT', () => shutDown(0))
process.once('SIGTERM', () => shutDown(0))

async function shutDown(code: number): Promise<void> {
  if (ended.signal.aborted) return
  ended.abort()
  process.stdout.write('\nstopping ...\n')
  await platform?.stop()
  process.exit(code)
}

try {
  const settings = await openSettings()
  const progress = printProgress()
  progress.onStep('building the frontends')
  await buildFrontends(root)
  platform = await startPlatform({
    root,
    dataFolder,
    ports: DEFAULT_PORTS,
    settings,
    databaseUrl: process.env.DATABASE_URL || undefined,
    redisUrl: process.env.REDIS_URL || undefined,
    logLevel: process.env.LOG_LEVEL || 'warn',
    onLine: (name, line) => progress.onLine(`${name.padEnd(16)} | ${line}`),
    onStep: progress.onStep,
  })
  platform.failed.then((reason) => {
    process.stderr.write(`jackfield: ${reason}; its last lines are above. Everything is stopped.\n`)
    return shutDown(1)
  })
  const api = await adminAccess(platform, settings)
  await provideDemo(api, platform.addresses.base, demoRegistration(), progress)
  progress.done()
  const { token } = await api<{ token: string }>('POST', '/control-sign-in-links', {})
  printWelcome(platform.addresses, { controlLink: `${platform.addresses.control}/enter#${token}`, keyFile: join('.data', 'admin-api-key') })
} catch (error) {
  if (!ended.signal.aborted) {
    const text =
      error instanceof StartError || error instanceof AdminApiError ? error.message : error instanceof Error ? error.message : String(error)
    process.stderr.write(`jackfield: ${text}\n`)
    await shutDown(1)
  }
}

async function openSettings(): Promise<PlatformSettings> {
  try {
    return await openPlatformSettings(dataFolder)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
    throw new StartError(
      `the folder ${dataFolder} can't be used (${code}): it must be readable and writable; move it away to start afresh.`,
    )
  }
}

/** The platform's own admin key, made with the bootstrap key on the first start. */
async function adminAccess({ addresses }: Platform, settings: PlatformSettings): Promise<AdminApi> {
  if (settings.adminKey === null) {
    const bootstrap = adminApi(addresses.control, settings.bootstrapKey)
    const { key } = await bootstrap<{ key: string }>('POST', '/api-keys', { name: 'local platform', scope: 'platform', role: 'admin' })
    settings.adminKey = key
    await savePlatformSettings(dataFolder, settings)
    await writeFile(join(dataFolder, 'admin-api-key'), `${key}\n`, { mode: 0o600 })
  }
  return adminApi(addresses.control, settings.adminKey)
}
