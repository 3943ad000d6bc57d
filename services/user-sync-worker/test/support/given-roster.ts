import { dumpSchema } from '@jackfield/test-environment/dumps'
import type { Platform } from './platform.ts'

/**
 * A tenant that has one of everything: users, a phone system with extensions, a binding, a finished run, a webhook
 * endpoint.
 */
export async function givenRoster(platform: Platform) {
  const tenant = platform.connectedTenant()
  const { tenantId, accountId, api } = tenant
  const run = await platform.runImport(tenant, { all: true, sync: true, sso: true })
  const { items } = (await platform.call('GET', `${api}/users`)).body
  const userId: string = items[0].id
  const phoneSystemId: string = (
    await platform.call('POST', `${api}/phone-systems`, { name: 'The other phone system' })
  ).body.id
  await platform.call('POST', `${api}/phone-systems/${phoneSystemId}/extensions`, {
    items: [{ number: '100' }, { number: '101' }],
  })
  await platform.call('PUT', `${api}/users/${userId}/bindings/${phoneSystemId}`, { extension: '100' })
  const hook = { url: 'https://pbx.example.com/the-other-hook' }
  const endpointId: string = (await platform.call('POST', `${api}/webhook-endpoints`, hook)).body.id
  return { tenantId, accountId, userId, phoneSystemId, runId: run.id as string, endpointId }
}

/** Every row of every table of the roster. */
export const everything = ({ stores: { pool } }: Platform) => dumpSchema(pool, 'roster')
