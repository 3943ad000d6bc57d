import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { adminAccess } from '@jackfield/local-platform/admin-access'
import { provideDemo } from '@jackfield/local-platform/demo'
import { WEB_CLIENT } from '@jackfield/local-platform/demo-plan'
import { demoRegistration } from '@jackfield/local-platform/demo-registration'
import { startPlatform } from '@jackfield/local-platform/platform'
import { openPlatformSettings } from '@jackfield/local-platform/platform-settings'
import { findFreePort } from '@jackfield/local-stores/free-port'
import type { Target } from './flow-client.ts'

const root = join(import.meta.dirname, '../../..')

/** The demo as `npm start` runs it, on ports and data of its own, without rate limits. */
export async function startDemoPlatform(redisUrl: string | undefined) {
  const dataFolder = await mkdtemp(join(tmpdir(), 'jackfield-bench-'))
  const settings = await openPlatformSettings(dataFolder)
  const port = findFreePort
  const ports = {
    ingress: await port(),
    registry: await port(),
    roster: await port(),
    gateway: await port(),
    portal: await port(),
    emulator: await port(),
    postgres: await port(),
  }
  const platform = await startPlatform({
    root,
    dataFolder,
    ports,
    settings,
    redisUrl,
    databaseUrl: process.env.DATABASE_URL || undefined,
    logLevel: 'warn',
    rateLimitFactor: 0,
    onLine: (name, line) => process.stderr.write(`${name} ${line}\n`),
    onStep: (step) => process.stderr.write(`${step} ...\n`),
  })
  const api = await adminAccess(platform.addresses.control, settings, dataFolder)
  await provideDemo(api, platform.addresses.base, demoRegistration(), {
    onStep: () => undefined,
    onRun: () => undefined,
  })
  const databaseUrl =
    process.env.DATABASE_URL ??
    `postgres://jackfield:${encodeURIComponent(settings.databasePassword)}@127.0.0.1:${ports.postgres}/jackfield`
  return {
    ...platform,
    databaseUrl,
    gatewayPort: ports.gateway,
    api,
    /** Where its web client signs in; `direct` connects to the gateway: the local ingress is not part of a measurement. */
    webClientOf(slug: string): { target: Target; direct: Record<string, number> } {
      const host = new URL(platform.addresses.tenant(slug))
      const target = {
        authorize: new URL('/auth/authorize', host),
        token: new URL('/auth/token', host),
        clientId: WEB_CLIENT.clientId,
        redirectUri: `${host.origin}/callback.html`,
      }
      return { target, direct: { [host.host]: ports.gateway } }
    },
    async end() {
      await platform.stop()
      await rm(dataFolder, { recursive: true, force: true })
    },
  }
}
