import { randomUUID } from 'node:crypto'
import type { Answer } from '../src/captures/compare.ts'
import { ADELE, CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID, JACKFIELD_CLIENT_SECRET } from '../src/demo/contoso.ts'
import { FABRIKAM_DIRECTORY_ID } from '../src/demo/fabrikam.ts'
import type { M365Emulator } from '../src/emulator.ts'
import { type Page, SignInAgent } from '../src/headless-sign-in.ts'
import {
  appOnly,
  authorizeUrl,
  getGraph,
  givenAppToken,
  givenCode,
  givenUser,
  postToken,
  redemption,
  SPA,
} from './given.ts'
import { startWebhook } from './graph/webhook.ts'

type Scene = (m365: M365Emulator) => Promise<Partial<Answer>>

const answerOf = (body: unknown, rest: Partial<Answer> = {}): Partial<Answer> => ({
  body,
  text: JSON.stringify(body),
  ...rest,
})
const returned = ({ location, text }: Page) => {
  if (!location) throw new Error(`Nothing came back: ${text}`)
  return answerOf(Object.fromEntries(location.searchParams))
}
const http = async (response: Response) => {
  const text = await response.text()
  const isJson = text.startsWith('{')
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: isJson ? JSON.parse(text) : undefined,
    text,
  }
}
const tokenAnswer = async (m365: M365Emulator, parameters: Record<string, string | undefined>, tenant?: string) => {
  const { status, headers, body } = await postToken(m365, parameters, {}, tenant)
  return answerOf(body, { status, headers: Object.fromEntries(headers) })
}
const subscription = (url: string, changeType: string) => ({
  changeType,
  resource: 'users',
  notificationUrl: url,
  lifecycleNotificationUrl: url,
  expirationDateTime: new Date(Date.now() + 86_400_000).toISOString(),
  clientState: 'a-client-state',
})
async function subscribe(m365: M365Emulator, url: string, changeType = 'updated,deleted') {
  const token = await givenAppToken(m365)
  return fetch(`${m365.origin}/v1.0/subscriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(subscription(url, changeType)),
  })
}

/** Plays on the emulator what a capture describes and no single request provokes. */
export const SCENES: Readonly<Record<string, Scene>> = {
  'token-without-service-principal': (m365) => tokenAnswer(m365, appOnly(), FABRIKAM_DIRECTORY_ID),
  'secret-in-another-cloud': async (m365) => {
    const id = randomUUID()
    const domain = `${id}.example`
    m365.addDirectory({ id, displayName: 'Elsewhere', domains: [domain], nationalCloud: 'microsoftonline.us' })
    return tokenAnswer(m365, appOnly(), id)
  },
  'discovery-in-another-cloud': async (m365) => {
    const id = randomUUID()
    m365.addDirectory({ id, displayName: 'Elsewhere', domains: [`${id}.example`], nationalCloud: 'microsoftonline.us' })
    return http(await fetch(`${m365.origin}/${id}/v2.0/.well-known/openid-configuration`))
  },
  cancel: async (m365) => {
    const agent = new SignInAgent(m365.origin)
    return returned(await agent.submit(await agent.open(authorizeUrl(m365)), 'Cancel'))
  },
  'approval-page-left': async (m365) => {
    const id = randomUUID()
    const domain = `${id}.example`
    const directory = m365.addDirectory({ id, displayName: 'Strict', domains: [domain], allowUserConsent: false })
    const user = directory.addUser({ id: randomUUID(), userPrincipalName: `ada@${domain}`, displayName: 'Ada' })
    const agent = new SignInAgent(m365.origin)
    const page = await agent.signIn(authorizeUrl(m365, {}, id), user.userPrincipalName)
    return returned(await agent.submit(page, 'Return to the application without granting consent'))
  },
  'not-assigned': async (m365) => {
    const id = randomUUID()
    const domain = `${id}.example`
    const directory = m365.addDirectory({ id, displayName: 'Assigning', domains: [domain] })
    directory.grantConsent(JACKFIELD_CLIENT_ID, { roles: [], assignmentRequired: true })
    const user = directory.addUser({ id: randomUUID(), userPrincipalName: `ada@${domain}`, displayName: 'Ada' })
    return returned(await new SignInAgent(m365.origin).signIn(authorizeUrl(m365, {}, id), user.userPrincipalName))
  },
  'pkce-missing-on-spa': async (m365) => {
    const withoutPkce = { redirect_uri: SPA, code_challenge: undefined, code_challenge_method: undefined }
    const agent = new SignInAgent(m365.origin)
    const page = await agent.open(authorizeUrl(m365, withoutPkce))
    if (page.location) throw new Error('Refused before the sign-in')
    const { userPrincipalName } = givenUser(m365)
    return returned(await agent.submit(page, 'Sign in', { username: userPrincipalName, password: 'Passw0rd!' }))
  },
  'graph-licence-pages': async (m365) => {
    const directory = m365.directory(CONTOSO_DIRECTORY_ID)
    const skuId = randomUUID()
    for (const { id } of [givenUser(m365), givenUser(m365)]) directory.changeUser(id, { assignedLicenses: [{ skuId }] })
    const filter = `assignedLicenses/any(a:a/skuId eq ${skuId})`
    const token = await givenAppToken(m365)
    const { body: first } = await getGraph(m365, `/users?$filter=${filter}&$select=id&$top=1`, token)
    const { status, body } = await getGraph(m365, first['@odata.nextLink'] ?? '', token)
    return answerOf(body, { status })
  },
  'graph-select-unknown-one': async (m365) => {
    const { status, body } = await getGraph(
      m365,
      `/users/${ADELE.id}?$select=noSuchProperty`,
      await givenAppToken(m365),
    )
    return answerOf(body, { status })
  },
  'subscription-created-users': async (m365) => {
    const webhook = await startWebhook()
    try {
      return await http(await subscribe(m365, webhook.url, 'created,updated'))
    } finally {
      webhook.close()
    }
  },
  'subscription-handshake': async (m365) => {
    const webhook = await startWebhook()
    try {
      await subscribe(m365, webhook.url)
      return answerOf({ query: webhook.handshakes[0]?.slice(webhook.handshakes[0].indexOf('?')) })
    } finally {
      webhook.close()
    }
  },
  'lifecycle-notification': async (m365) => {
    const webhook = await startWebhook()
    try {
      const { body } = await http(await subscribe(m365, webhook.url))
      await m365.notifications.lifecycle('reauthorizationRequired', { subscriptionId: body.id })
      await m365.notifications.settled()
      return answerOf(webhook.received.at(-1))
    } finally {
      webhook.close()
    }
  },
  'throttled-fraction': async (m365) => {
    const token = await givenAppToken(m365)
    m365.faults.plan({ path: '^/v1\\.0/users$', count: 1, effect: { kind: 'refuse', status: 429, retryAfter: 2.128 } })
    const { status, headers, body } = await getGraph(m365, '/users', token)
    return answerOf(body, { status, headers: Object.fromEntries(headers) })
  },
  'throttled-token-endpoint': (m365) => {
    const effect = { kind: 'refuse', status: 429, retryAfter: 60 } as const
    m365.faults.plan({ path: '/oauth2/v2\\.0/token$', count: 1, effect })
    return tokenAnswer(m365, appOnly())
  },
  'conditional-access-refresh': async (m365) => {
    const id = randomUUID()
    const domain = `${id}.example`
    const directory = m365.addDirectory({ id, displayName: 'Careful', domains: [domain] })
    directory.grantConsent(JACKFIELD_CLIENT_ID)
    const { userPrincipalName } = directory.addUser({
      id: randomUUID(),
      userPrincipalName: `ada@${domain}`,
      displayName: 'Ada',
    })
    const { body } = await postToken(m365, redemption(await givenCode(m365, {}, id, userPrincipalName)), {}, id)
    directory.setConditionalAccess([{ grant: 'mfa' }])
    const refresh = {
      grant_type: 'refresh_token',
      client_id: JACKFIELD_CLIENT_ID,
      client_secret: JACKFIELD_CLIENT_SECRET,
      refresh_token: String(body.refresh_token),
    }
    return tokenAnswer(m365, refresh, id)
  },
  'graph-claims-challenge': async (m365) => {
    const token = await givenAppToken(m365)
    m365.faults.plan({ path: '^/v1\\.0/users$', count: 1, effect: { kind: 'claims-challenge' } })
    const { status, headers, body } = await getGraph(m365, '/users', token)
    return answerOf(body, { status, headers: Object.fromEntries(headers) })
  },
}
