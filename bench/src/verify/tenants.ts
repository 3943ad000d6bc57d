import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CatalogueApp, Connection, HostResolution, RosterEntry } from '@jackfield/contract/internal/internal-api'
import { NO_BRANDING } from '@jackfield/contract/tenants/branding'
import {
  ADELE,
  CONTOSO_DIRECTORY_ID,
  JACKFIELD_CLIENT_ID,
  JACKFIELD_CLIENT_SECRET,
} from '@jackfield/m365-emulator/demo/contoso'

/** Ids contain their number, so that ten thousand tenants need no table. */
const idOf = (kind: number, number: number) =>
  `00000000-0000-4000-8000-${String(kind * 1_000_000 + number).padStart(12, '0')}`
const numberOf = (id: string) => Number(id.slice(-12)) % 1_000_000
export const slugOf = (number: number) => `tenant-${number}`

/** The tenant in which every sign-in is another person; the other tenants have one person each. */
export const CROWDED = 0

/**
 * A registry and a roster for the gateway, with `known` tenants. They compute their answers, so that their cost is not
 * the gateway's.
 */
export async function startBackends(known: number, base: URL) {
  const app: CatalogueApp = {
    clientId: 'portal',
    name: 'Portal',
    tenantUrl: `${base.protocol}//{tenant}.${base.host}/portal/`,
    callbackPaths: ['/callback'],
    postLogoutPaths: [],
    requiresBinding: false,
    kind: 'server',
    // As the floor signs.
    idTokenSignedResponseAlg: 'ES256',
    tokenEndpointAuthMethod: 'none',
    secretHashes: [],
    redirectSchemes: [],
  }
  const server = createServer((request, response) => {
    request.resume()
    const found = answer(new URL(request.url ?? '/', 'http://backend'))
    response.statusCode = found === undefined ? 404 : 200
    response.setHeader('content-type', 'application/json').end(found === undefined ? '' : JSON.stringify(found))
  })

  let signedIn = 0
  function answer({ pathname }: URL): unknown {
    if (pathname === '/internal/apps') return [app]
    if (pathname === '/internal/audit-events') return {}
    const host = /^\/internal\/hosts\/(.+)$/.exec(pathname)?.[1]
    const [, slugNumber] = /^tenant-(\d+)\./.exec(decodeURIComponent(host ?? '')) ?? []
    if (slugNumber !== undefined) return Number(slugNumber) < known ? hostOf(Number(slugNumber)) : undefined
    const [, tenantId = '', rest] = /^\/internal\/tenants\/([\w-]+)\/(.+)$/.exec(pathname) ?? []
    const [, userId] = /^phone-users\/(.+)$/.exec(rest ?? '') ?? []
    if (userId !== undefined) return personOf(numberOf(userId))
    if (rest === 'phone-users') return personOf(numberOf(tenantId) === CROWDED ? signedIn++ : numberOf(tenantId))
    if (rest?.endsWith('/connection')) return connectionOf(numberOf(tenantId))
    return undefined
  }
  const hostOf = (number: number): HostResolution => ({
    kind: 'tenant',
    tenant: { id: idOf(1, number), slug: slugOf(number), name: `Tenant ${number}` },
    origin: `${base.protocol}//${slugOf(number)}.${base.host}`,
    branding: NO_BRANDING,
    accounts: [accountOf(number)],
  })

  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

const accountOf = (number: number) => ({
  id: idOf(2, number),
  alias: 'Head office',
  clientId: JACKFIELD_CLIENT_ID,
  directoryId: CONTOSO_DIRECTORY_ID,
  cloud: 'global' as const,
  redirectPlatform: 'web' as const,
  redirectMode: 'single' as const,
})

function connectionOf(number: number): Connection {
  const { id, ...account } = accountOf(number)
  const credential = { type: 'secret' as const, secret: JACKFIELD_CLIENT_SECRET }
  return { ...account, accountId: id, tenantId: idOf(1, number), enabled: true, credential }
}

function personOf(number: number): RosterEntry {
  const at = '2026-01-01T00:00:00Z'
  return {
    id: idOf(3, number),
    accountId: idOf(2, number),
    directoryId: CONTOSO_DIRECTORY_ID,
    objectId: ADELE.id,
    displayName: 'Adele Vance',
    givenName: 'Adele',
    surname: 'Vance',
    userPrincipalName: ADELE.userPrincipalName,
    mail: ADELE.userPrincipalName,
    businessPhones: ['+1 425 555 0109'],
    mobilePhone: null,
    jobTitle: null,
    department: null,
    status: 'active',
    sync: true,
    sso: true,
    bindings: [{ phoneSystemId: idOf(4, number), phoneSystemName: 'Main', extension: '101' }],
    createdAt: at,
    updatedAt: at,
    sessionsValidAfter: null,
  }
}
