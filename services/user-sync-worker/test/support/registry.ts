import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SentAuditEvent } from '@jackfield/contract/access/audit-event'
import { type Connection, CredentialUse } from '@jackfield/contract/internal/internal-api'
import { SyncHealth } from '@jackfield/contract/microsoft/sync-health'

/** A registry with its tenants and connections in maps, over HTTP, so that processes of their own can ask it too. */
export type TestRegistry = {
  url: string
  tenants: Set<string>
  connections: Map<string, Connection>
  /** By their ids; `down` makes it answer 503. */
  auditEvents: Map<string, SentAuditEvent>
  /** Which credentials were told to work, in order. */
  uses: Array<{ path: string } & CredentialUse>
  /** What was told of each account, in order. */
  syncHealth: Map<string, Array<SyncHealth['failure']>>
  /** Default countries of the tenants that say one. */
  countries: Map<string, string>
  down: boolean
  /** Accounts whose reports it refuses. */
  refusesHealthOf: Set<string>
  /** Accounts whose reports it answers once the promise is fulfilled. */
  delaysHealthOf: Map<string, Promise<unknown>>
  /** Audit events it answers with 500. */
  failsFor(event: SentAuditEvent): boolean
  addTenant(): string
  connect(
    tenantId: string,
    connection: Pick<Connection, 'clientId' | 'directoryId' | 'credential'> & Partial<Connection>,
  ): string
  close(): Promise<void>
}

export async function startTestRegistry(): Promise<TestRegistry> {
  const tenants = new Set<string>()
  const connections = new Map<string, Connection>()
  const auditEvents = new Map<string, SentAuditEvent>()
  const server = createServer((request, response) => {
    if (registry.down) return void response.writeHead(503).end('{}')
    if (request.url === '/internal/audit-events')
      return void keepAuditEvent(request, response).catch(() => response.destroy())
    if (request.url?.endsWith('/connection/uses'))
      return void keepUse(request, response).catch(() => response.destroy())
    if (request.url?.endsWith('/sync-health'))
      return void keepSyncHealth(request, response).catch(() => response.destroy())
    const [, , , tenantId = '', , accountId] = (request.url ?? '').split('/')
    const body = accountId ? connectionOf(tenantId, accountId) : tenantOf(tenantId)
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}))
  })
  const connectionOf = (tenantId: string, accountId: string) => {
    const connection = connections.get(accountId)
    return connection?.tenantId === tenantId ? connection : undefined
  }
  const keepAuditEvent = async (request: IncomingMessage, response: ServerResponse) => {
    const { success, data: event } = SentAuditEvent.safeParse(JSON.parse(await text(request)))
    if (!success || registry.failsFor(event))
      return void response.writeHead(success ? 500 : 400, { 'content-type': 'application/json' }).end('{"code":"test"}')
    auditEvents.set(event.id ?? randomUUID(), event)
    response.writeHead(201, { 'content-type': 'application/json' }).end('{}')
  }
  const keepUse = async (request: IncomingMessage, response: ServerResponse) => {
    registry.uses.push({ path: request.url ?? '', ...CredentialUse.parse(JSON.parse(await text(request))) })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }
  const keepSyncHealth = async (request: IncomingMessage, response: ServerResponse) => {
    const accountId = request.url?.split('/').at(-2) ?? ''
    if (registry.refusesHealthOf.has(accountId)) return void response.writeHead(400).end('{}')
    await registry.delaysHealthOf.get(accountId)
    const { failure } = SyncHealth.parse(JSON.parse(await text(request)))
    registry.syncHealth.set(accountId, [...(registry.syncHealth.get(accountId) ?? []), failure])
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }
  const tenantOf = (id: string) =>
    tenants.has(id)
      ? {
          id,
          slug: 'contoso',
          name: 'Contoso',
          customHosts: [],
          createdAt: EPOCH,
          updatedAt: EPOCH,
          defaultCountry: registry.countries.get(id) ?? null,
        }
      : undefined
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const registry: TestRegistry = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tenants,
    connections,
    auditEvents,
    uses: [],
    syncHealth: new Map(),
    countries: new Map(),
    down: false,
    refusesHealthOf: new Set(),
    delaysHealthOf: new Map(),
    failsFor: () => false,
    addTenant() {
      const id = randomUUID()
      tenants.add(id)
      return id
    },
    connect(tenantId, connection) {
      const accountId = randomUUID()
      connections.set(accountId, {
        accountId,
        tenantId,
        alias: 'Contoso',
        cloud: 'global',
        enabled: true,
        ...connection,
      })
      return accountId
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return registry
}

const EPOCH = '2026-01-01T00:00:00.000Z'
