import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { FABRIKAM_GLOBAL_ADMINISTRATOR } from '@jackfield/m365-emulator/demo/fabrikam'
import { SignInAgent } from '@jackfield/m365-emulator/headless-sign-in'
import { afterEach, expect, test } from 'vitest'
import { openPlatformSettings } from '../src/platform-settings.ts'
import { DEFAULT_PORTS, platformAddresses, processPlans } from '../src/process-plans.ts'
import { type SupervisedProcess, startProcess, untilReady } from '../src/supervised-process.ts'

const undo: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

test('after a restart the emulator still knows what was registered in it', { timeout: 60_000 }, async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), 'jackfield-emulator-state-'))
  undo.push(() => rm(dataFolder, { recursive: true }))
  const ports = { ...DEFAULT_PORTS, emulator: await findFreePort() }
  const settings = await openPlatformSettings(dataFolder)
  const root = join(import.meta.dirname, '../../..')
  const options = {
    root,
    dataFolder,
    ports,
    settings,
    logLevel: 'warn',
    onLine: () => undefined,
    onStep: () => undefined,
  }
  const plan = processPlans(options, 'postgres://unused').find(({ name }) => name === 'm365-emulator')
  if (!plan) throw new Error('The emulator is not planned.')
  const { emulator } = platformAddresses(ports)
  const start = async (): Promise<SupervisedProcess> => {
    const started = startProcess(plan, () => undefined)
    undo.push(() => started.stop())
    await untilReady(started, plan.readyUrl)
    return started
  }

  const first = await start()
  const administrator = new SignInAgent(emulator)
  await administrator.signIn(`${emulator}/sign-in`, FABRIKAM_GLOBAL_ADMINISTRATOR)
  const form = await administrator.open(`${emulator}/app-registrations/new`)
  const fields = { name: 'Practised here', accountTypes: 'AzureADMyOrg', redirectUri: '', platform: 'web' }
  expect((await administrator.submit(form, 'Register', fields)).text).toContain('Practised here')
  await first.stop()

  await start()
  const again = new SignInAgent(emulator)
  await again.signIn(`${emulator}/sign-in`, FABRIKAM_GLOBAL_ADMINISTRATOR)
  expect((await again.open(`${emulator}/app-registrations`)).text).toContain('Practised here')
})
