import type { Send } from '@jackfield/api-fuzz/fuzz-operation'
import type { Page } from '@jackfield/contract/http/page'
import type { MicrosoftAccount } from '@jackfield/contract/microsoft/microsoft-account'
import type { PhoneUser } from '@jackfield/contract/roster/phone-user'
import type { AdminApi } from '@jackfield/local-platform/admin-api'
import { demoRegistration } from '@jackfield/local-platform/demo-registration'

const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><rect width="20" height="10" fill="#c4314b"/></svg>'

/** A tenant named `name` with one of each resource that parameters and members of the admin API can refer to. */
export async function givenTenant({ call, send }: { call: AdminApi; send: Send }, name: string) {
  const { alias: _, secret, expiresAt, ...registration } = demoRegistration()
  const make = async (path: string, body?: object) => (await call<{ id: string }>('POST', path, body)).id
  const hostname = `phone.${name}.example`
  const tenantId = await make('/tenants', { slug: name, name, customHosts: [hostname] })
  const tenant = `/tenants/${tenantId}`
  await send({
    method: 'PUT',
    url: `/api/v1${tenant}/branding/logo`,
    headers: { 'content-type': 'image/svg+xml' },
    payload: LOGO,
  })

  const { id: accountId, directoryId } = await call<MicrosoftAccount>('POST', `${tenant}/microsoft-accounts`, {
    alias: name,
    ...registration,
  })
  const account = `${tenant}/microsoft-accounts/${accountId}`
  await call('PUT', `${account}/credential`, { type: 'secret', secret, expiresAt })
  await call('POST', `${account}/verify`)
  const { runId } = await call<{ runId: string }>('POST', `${account}/imports`, { all: true, sync: true, sso: true })
  // The stream of the run's events ends with the run.
  await send({ method: 'GET', url: `/api/v1${tenant}/sync-runs/${runId}/events`, headers: {} })

  const userId = (await call<Page<PhoneUser>>('GET', `${tenant}/users?limit=1`)).items[0]?.id ?? ''
  const phoneSystemId = await make(`${tenant}/phone-systems`, { name })
  await call('POST', `${tenant}/phone-systems/${phoneSystemId}/extensions`, {
    items: [{ number: '100', name }, { number: '101' }],
  })
  await call('PUT', `${tenant}/users/${userId}/bindings/${phoneSystemId}`, { extension: '100' })
  const clientId = `app-${crypto.randomUUID()}`
  const tenantUrl = 'http://{tenant}.phone.localhost:4000'
  const server = { kind: 'server', tokenEndpointAuthMethod: 'client_secret_basic' }
  await call('PUT', `/apps/${clientId}`, { name: 'App', tenantUrl, callbackPaths: ['/callback'], ...server })
  const reach = { scope: tenantId, role: 'admin' }
  const person = { directoryId, objectId: crypto.randomUUID() }
  return {
    ...{ tenantId, accountId, runId, userId, phoneSystemId, hostname, clientId },
    // None that exists: only people make sessions.
    sessionId: crypto.randomUUID(),
    kid: (await call<{ items: Array<{ kid: string }> }>('GET', '/signing-keys')).items[0]?.kid ?? '',
    endpointId: await make(`${tenant}/webhook-endpoints`, { url: `https://${name}.example/hook` }),
    linkId: await make(`${account}/hand-over-links`, {}),
    keyId: await make('/api-keys', { name, ...reach }),
    secretId: await make(`/apps/${clientId}/secrets`),
    administratorId: await make('/administrators', { ...reach, ...person, displayName: name }),
    ...{ directoryId, scope: tenantId, signInTenantId: tenantId, extension: '101', tenantUrl },
  }
}
