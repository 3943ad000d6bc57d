import { join } from 'node:path'
import { adminAccess } from './admin-access.ts'
import { printProgress, welcome } from './console-output.ts'
import { makeControlLink } from './control-link.ts'
import { provideDemo } from './demo.ts'
import { demoRegistration } from './demo-registration.ts'
import { LOCAL_KEY_FILE } from './operator-command.ts'
import { type Platform, refuseTakenPorts, startPlatform } from './platform.ts'
import { openPlatformSettings } from './platform-settings.ts'
import { DEFAULT_PORTS } from './process-plans.ts'
import { buildFrontends } from './run-turbo.ts'
import { whenParentEnds } from './when-parent-ends.ts'

// `npm start`: the whole platform on one machine, for a trial and for development.

const root = join(import.meta.dirname, '../../..')
const dataFolder = join(root, '.data')
const ended = new AbortController()
let starting: Promise<Platform> | undefined

process.once('SIGINT', () => shutDown(0))
process.once('SIGTERM', () => shutDown(0))
whenParentEnds(() => shutDown(0))

async function shutDown(code: number): Promise<void> {
  if (ended.signal.aborted) return
  ended.abort()
  if (starting) process.stdout.write('\nstopping ...\n')
  const platform = await starting?.catch(() => undefined)
  await platform?.stop()
  process.exit(code)
}

try {
  const settings = await openPlatformSettings(dataFolder)
  const databaseUrl = process.env.DATABASE_URL || undefined
  await refuseTakenPorts({ ports: DEFAULT_PORTS, databaseUrl, dataFolder })
  const progress = printProgress()
  progress.onStep('building the frontends')
  await buildFrontends(root)
  starting = startPlatform({
    root,
    dataFolder,
    ports: DEFAULT_PORTS,
    settings,
    databaseUrl,
    redisUrl: process.env.REDIS_URL || undefined,
    redisPrefix: process.env.REDIS_PREFIX || undefined,
    logLevel: process.env.LOG_LEVEL || 'warn',
    onLine: (name, line) => progress.onLine(`${name.padEnd(16)} | ${line}`),
    onStep: progress.onStep,
    signal: ended.signal,
  })
  const platform = await starting
  platform.failed.then((reason) => {
    process.stderr.write(`jackfield: ${reason}; its last lines are above. Everything is stopped.\n`)
    return shutDown(1)
  })
  const api = await adminAccess(platform.addresses.control, settings, dataFolder)
  await provideDemo(api, platform.addresses.base, demoRegistration(), progress)
  progress.done()
  const controlLink = await makeControlLink(api, platform.addresses.control)
  process.stdout.write(welcome(platform.addresses, { controlLink, keyFile: LOCAL_KEY_FILE }, new Date()))
} catch (error) {
  if (!ended.signal.aborted) {
    process.stderr.write(`jackfield: ${error instanceof Error ? error.message : String(error)}\n`)
    await shutDown(1)
  }
}
