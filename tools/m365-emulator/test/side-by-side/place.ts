import { randomUUID } from 'node:crypto'
import type { DirectoryControl } from '../../src/control/directory-control.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { SignInAgent } from '../../src/headless-sign-in.ts'
import type { Switches, SwitchGroup } from '../../src/switches.ts'
import { authorizeUrl, type GraphAnswer, getGraph, postToken, redemption, SPA, WEB } from '../given.ts'
import type { Webhook } from '../graph/webhook.ts'

export const SECRET = 'a-secret-of-at-least-16-characters'
const ROLES = ['User.Read.All', 'Group.Read.All']
const LICENCE = '84a661c4-e949-4bd2-a560-ed7766fcaf2b'
export const LICENSED = `/users?$filter=assignedLicenses/any(l:l/skuId eq ${LICENCE})&$top=1`

/** One of two directories of the same emulator, with the same content, and what a test does there. */
export type Place = ReturnType<typeof givenPlace>

/** What a switch changes: two values, and an observation that tells them apart. */
export type Probe = { values: readonly [unknown, unknown]; see: (place: Place) => Promise<unknown> }
export type Probes<Group extends SwitchGroup> = Record<keyof Switches[Group], Probe>

export function givenPlace(m365: M365Emulator, name: string, webhook: Webhook) {
  const [id, app, assigned, unconsented] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
  const people = Array.from({ length: 6 }, (_, index) => ({
    id: randomUUID(),
    userPrincipalName: `p${index}@${name}.example`,
    displayName: `Person ${index}`,
    ...(index < 3 && { assignedLicenses: [{ skuId: LICENCE }] }),
    ...(index === 0 && { directoryRoles: ['Global Administrator' as const] }),
  }))
  const registration = (appId: string, uris: { web?: string[]; spa?: string[] } = { web: [WEB] }) => ({
    appId,
    displayName: 'App',
    redirectUris: uris,
    secrets: [{ keyId: randomUUID(), value: SECRET, endDateTime: '2099-12-31T00:00:00Z' }],
    federatedCredentials: [{ name: 'cluster', issuer: 'https://cluster.example', subject: 'gateway' }],
    requiredRoles: ROLES,
  })
  const directory: DirectoryControl = m365.addDirectory({
    id,
    displayName: name,
    domains: [`${name}.example`],
    allowUserConsent: false,
    users: people,
    groups: [{ id: randomUUID(), displayName: 'All', members: people.map((person) => person.id) }],
    applications: [
      { ...registration(app, { web: [WEB], spa: [SPA] }), signInAudience: 'AzureADMultipleOrgs' },
      { ...registration(assigned), signInAudience: 'AzureADMyOrg' },
      registration(unconsented),
    ],
    grants: [
      { appId: app, roles: ROLES, everyUser: true },
      { appId: assigned, everyUser: true, assignmentRequired: true, assignedUsers: [] },
    ],
  })
  const client = { client_id: app, client_secret: SECRET }
  const person = (index: number) => `p${index}@${name}.example`
  const url = (parameters = {}, tenant: string = id) => authorizeUrl(m365, { client_id: app, ...parameters }, tenant)
  const post = (parameters: Record<string, string | undefined>, headers = {}, tenant: string = id) =>
    postToken(m365, { ...client, ...parameters }, headers, tenant)
  const token = () => directory.applicationTokens(app).access_token

  return {
    id,
    app,
    assigned,
    unconsented,
    client,
    directory,
    person,
    webhook,
    url,
    post,
    token,
    agent: () => new SignInAgent(m365.origin),
    code: async (parameters = {}, tenant: string = id) =>
      (await m365.signIn(url(parameters, tenant), person(1))).searchParams.get('code') ?? '',
    redeem: (code: string, more = {}, headers = {}) =>
      postToken(m365, redemption(code, { ...client, ...more }), headers, id),
    graph: (path: string, headers = {}): Promise<GraphAnswer> => getGraph(m365, path, token(), headers),
    /** Changes over HTTP, as another process would; with a body that names this directory. */
    control: async (method: string, path: string, body: object = {}) => {
      const response = await fetch(`${m365.origin}/_emulator${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ directory: `${name}.example`, ...body }),
      })
      if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
      return (await response.json()) as Record<string, unknown>
    },
    subscribe: async (more: object = {}) => {
      const response = await fetch(`${m365.origin}/v1.0/subscriptions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          changeType: 'updated',
          notificationUrl: webhook.url,
          lifecycleNotificationUrl: webhook.url,
          resource: 'users',
          expirationDateTime: new Date(Date.now() + 27 * 86_400_000).toISOString(),
          clientState: 'state',
          ...more,
        }),
      })
      return response.status
    },
  }
}
