import { SPA, WEB } from '../given.ts'
import { type Place, type Probes, SECRET } from './place.ts'

/** Signs in as far as the application, or to the page where it stops. */
async function end(place: Place, parameters: object, person = place.person(1)) {
  const page = await place.agent().signIn(place.url(parameters), person)
  const error = page.location?.searchParams.get('error')
  return page.location ? (error ?? 'code') : /AADSTS\d+/.exec(page.text)?.[0] || page.text.slice(0, 40)
}

async function claims({ directory, app, person }: Place): Promise<Record<string, unknown>> {
  const payload = directory.userTokens(person(1), { appId: app }).id_token?.split('.')[1] ?? ''
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}

const assertion = ['{"alg":"RS256"}', '{"iss":"https://other.example","sub":"x"}', 'x']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.')

export const ENTRA: Probes<'entra'> = {
  descriptionSeparator: {
    values: ['space', 'line-break'],
    see: async ({ post }) => String((await post({ grant_type: 'x' })).body.error_description).includes('\r\n'),
  },
  withoutErrorUri: {
    values: [[70003], []],
    see: async ({ post }) => 'error_uri' in (await post({ grant_type: 'x' })).body,
  },
  refuseOriginOfWeb: {
    values: [true, false],
    see: async ({ redeem, code }) => (await redeem(await code(), {}, { origin: 'http://app.localhost:4000' })).code,
  },
  publicClientCredentialCode: {
    values: [700025, 90023],
    see: async ({ redeem }) => (await redeem('x', { redirect_uri: SPA }, { origin: 'http://app.localhost:4000' })).code,
  },
  federatedMismatch: {
    values: ['by-part', 'one-code'],
    see: async ({ post }) => {
      const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
      const proof = { client_secret: undefined, client_assertion: assertion, client_assertion_type }
      const scope = 'https://graph.microsoft.com/.default'
      return (await post({ grant_type: 'client_credentials', scope, ...proof })).code
    },
  },
  failedAuthenticationBurnsCode: {
    values: [true, false],
    see: async ({ redeem, code }) => {
      const fresh = await code()
      await redeem(fresh, { client_secret: `${SECRET}-not` })
      return (await redeem(fresh)).code
    },
  },
  cancelAnswer: {
    values: ['bare', 'described'],
    see: async ({ agent, url }) => {
      const browser = agent()
      const page = await browser.submit(await browser.open(url()), 'Cancel')
      return page.location?.searchParams.has('error_description')
    },
  },
  adminApproval: {
    values: ['page', 'error-90094'],
    see: (place) => end(place, { client_id: place.unconsented }),
  },
  missingServicePrincipal: {
    values: ['error-7000229', 'token'],
    see: async (place) => {
      place.directory.removeEnterpriseApplication(place.unconsented)
      const client_id = place.unconsented
      const scope = 'https://graph.microsoft.com/.default'
      return (await place.post({ grant_type: 'client_credentials', client_id, scope })).code
    },
  },
  pkceRefusal: {
    values: ['after-sign-in', 'at-once'],
    see: async ({ agent, url }) =>
      (await agent().open(url({ redirect_uri: SPA, code_challenge: undefined, code_challenge_method: undefined })))
        .location?.pathname,
  },
  notAssigned: {
    values: ['redirect', 'page'],
    see: (place) => end(place, { client_id: place.assigned }),
  },
  adminConsentRefusal: {
    values: ['captured', 'documented'],
    see: async ({ agent, app, id, url }) => {
      const browser = agent()
      const query = new URLSearchParams({ client_id: app, redirect_uri: WEB })
      const page = await browser.open(`${new URL(url()).origin}/${id}/adminconsent?${query}`)
      return (await browser.submit(page, 'Cancel')).location?.searchParams.get('error')
    },
  },
  logoutPicker: {
    values: ['without-hint', 'several-accounts'],
    see: async ({ agent, url, id, person }) => {
      const browser = agent()
      await browser.signIn(url(), person(1))
      return (await browser.open(`${new URL(url()).origin}/${id}/oauth2/v2.0/logout`)).text.includes('All of them')
    },
  },
  redeemingOrigin: {
    values: ['any', 'redirect-uri'],
    see: async ({ redeem }) =>
      (
        await redeem('x', { redirect_uri: SPA, client_secret: undefined }, { origin: 'http://elsewhere.example' })
      ).headers.has('access-control-allow-origin'),
  },
  sidClaim: { values: ['always', 'optional'], see: async (place) => 'sid' in (await claims(place)) },
  amrClaim: { values: [true, false], see: async (place) => 'amr' in (await claims(place)) },
  consentDelayMs: {
    values: [0, 3_600_000],
    see: async ({ directory, unconsented }) => {
      directory.withdrawConsent(unconsented)
      directory.grantConsent(unconsented, { roles: ['User.Read.All'] })
      const [, payload = ''] = directory.applicationTokens(unconsented).access_token.split('.')
      return 'roles' in JSON.parse(Buffer.from(payload, 'base64url').toString())
    },
  },
}
