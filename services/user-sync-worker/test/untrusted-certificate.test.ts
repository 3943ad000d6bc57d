import { type M365Emulator, startEmulator } from '@jackfield/m365-emulator/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Platform, startPlatform } from './support/platform.ts'

// FC-39: a certificate that nobody trusts, as a proxy's that inspects TLS, is no outage of Microsoft.

let inspected: M365Emulator
beforeAll(async () => {
  inspected = await startEmulator({ directories: [], https: true })
})
afterAll(() => inspected.close())

const HOSTS = [
  ['Entra ID', 'MICROSOFT_LOGIN_URL'],
  ['Microsoft Graph', 'MICROSOFT_GRAPH_URL'],
] as const

test.each(HOSTS)(
  'FC-39 an import whose certificate of %s is not trusted waits for that, and names it',
  async (host, setting) => {
    const platform: Platform = await startPlatform({ microsoft: { [setting]: inspected.origin } })
    await platform.work()
    try {
      const tenant = platform.connectedTenant()
      const listed = await platform.call('GET', `${tenant.api}/microsoft-accounts/${tenant.accountId}/microsoft-users`)
      expect([listed.status, listed.body.detail]).toEqual([
        503,
        expect.stringContaining(
          `The certificate that came from the host of ${host} is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT).`,
        ),
      ])
      const { body } = await platform.call('POST', tenant.imports, { all: true, sync: true, sso: true })
      const run = async () => (await platform.call('GET', `${tenant.api}/sync-runs/${body.runId}`)).body
      await expect.poll(async () => (await run()).waiting?.reason, { timeout: 15_000 }).toBe('certificate-untrusted')
    } finally {
      await platform.close()
    }
  },
)
