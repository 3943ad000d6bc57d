import * as client from 'openid-client'
import type { Browser } from './browser.ts'
import type { World } from './given.ts'
import { givenClient } from './oidc-client.ts'

/** A desk phone that the person of this browser, who is signed in, has approved. */
export async function givenPhone(world: World, browser: Browser, { slug = 'contoso', clientId = 'desk-phone' } = {}) {
  const { configuration } = await givenClient(world, slug, clientId)
  const device = await client.initiateDeviceAuthorization(configuration, { scope: 'openid profile phone' })
  const asked = await browser.submit(await browser.open(new URL(device.verification_uri_complete ?? '')), '', {})
  const done = await browser.submit(asked, 'Continue')
  const redeem = () =>
    client.genericGrantRequest(configuration, 'urn:ietf:params:oauth:grant-type:device_code', {
      device_code: device.device_code,
    })
  return { configuration, done, redeem }
}

export function introspect(
  { configuration }: Pick<Awaited<ReturnType<typeof givenPhone>>, 'configuration'>,
  token: string,
) {
  return client.tokenIntrospection(configuration, token)
}

export const handlesOf = ({ html }: { html: string }) =>
  [...html.matchAll(/name="session" value="([\w-]+)"/g)].map(([, handle = '']) => handle)

/** Submits a form of the page of one's own sessions. */
export function endOwn(browser: Browser, origin: string, values: Record<string, string>) {
  const body = new URLSearchParams(values).toString()
  return browser.open(`${origin}/auth/sessions/end`, {
    method: 'POST',
    body,
    headers: {
      'sec-fetch-site': 'same-origin',
      origin,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(body.length),
    },
  })
}
