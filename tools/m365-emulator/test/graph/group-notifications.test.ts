import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID } from '../../src/demo/contoso.ts'
import type { M365Emulator } from '../../src/emulator.ts'
import { getGraph, givenAppToken, givenEmulator } from '../given.ts'
import { startWebhook, type Webhook } from './webhook.ts'

let m365: M365Emulator
let hook: Webhook
beforeEach(async () => {
  m365 = await givenEmulator()
  m365.notifications.settings.gatherMilliseconds = 10
  contoso().grantConsent(JACKFIELD_CLIENT_ID, { roles: ['User.Read.All', 'Group.Read.All'] })
  hook = await startWebhook()
})
afterEach(async () => {
  hook.close()
  await m365.close()
})

const contoso = () => m365.directory(CONTOSO_DIRECTORY_ID)

async function subscribe(resource: string, changeType = 'updated,deleted'): Promise<number> {
  const expirationDateTime = new Date(Date.now() + 3_600_000).toISOString()
  const response = await fetch(`${m365.origin}/v1.0/subscriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await givenAppToken(m365)}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      changeType,
      resource,
      notificationUrl: hook.url,
      expirationDateTime,
      clientState: 'a-secret',
    }),
  })
  return response.status
}

test('S44 joining and leaving a group notifies subscribers of the group', async () => {
  const group = contoso().addGroup({ id: randomUUID(), displayName: 'Sales' })
  expect(await subscribe('/groups')).toBe(201)
  contoso().addMember(group.id, ADELE.id)
  contoso().removeMember(group.id, ADELE.id)
  await m365.notifications.settled()
  expect(hook.entries()).toMatchObject([
    { changeType: 'updated', resource: `Groups/${group.id}`, resourceData: { 'members@delta': [{ id: ADELE.id }] } },
    { resourceData: { 'members@delta': [{ id: ADELE.id, '@removed': 'deleted' }] } },
  ])
})

test('a subscription to a group’s members receives nothing else, and users have no such resource', async () => {
  const group = contoso().addGroup({ id: randomUUID(), displayName: 'Sales' })
  expect(await subscribe(`groups/${group.id}/members`)).toBe(201)
  contoso().changeGroup(group.id, { displayName: 'Renamed' })
  contoso().addMember(group.id, ADELE.id)
  await m365.notifications.settled()
  expect(hook.entries()).toHaveLength(1)
  expect(await subscribe(`users/${ADELE.id}/members`)).toBe(400)
  expect(await subscribe('groups/members')).toBe(400)
})

test('“created” is refused for users if that reading of the documents is selected', async () => {
  m365.subscriptions.limits.acceptCreatedUsers = false
  expect(await subscribe('users', 'created,updated')).toBe(400)
  expect(await subscribe('groups', 'created,updated')).toBe(201)
})

test('S22 just after the first consent Graph may not know the application', async () => {
  contoso().removeEnterpriseApplication(JACKFIELD_CLIENT_ID)
  contoso().grantConsent(JACKFIELD_CLIENT_ID, { roles: ['User.Read.All'] })
  m365.graph.identityUnknownMilliseconds = 60_000
  const ask = async () => getGraph(m365, '/users?$top=1', await givenAppToken(m365))
  expect(await ask()).toMatchObject({ status: 401, body: { error: { code: 'Authorization_IdentityNotFound' } } })
  m365.advanceTime(61_000)
  expect((await ask()).status).toBe(200)
})
