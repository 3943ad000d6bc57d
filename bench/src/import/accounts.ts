import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Connection } from '@jackfield/contract/internal/internal-api'
import { JACKFIELD_CLIENT_ID, JACKFIELD_CLIENT_SECRET } from '@jackfield/m365-emulator/demo/contoso'

const EPOCH = '2026-01-01T00:00:00.000Z'

export type Account = { tenantId: string; accountId: string }
export type Accounts = { url: string; connect(directoryId: string): Account; close(): void }

/** A registry for the roster, with its connections in a map, so that its cost is not the import's. */
export async function startAccounts(): Promise<Accounts> {
  const connections = new Map<string, Connection>()
  const server = createServer((request, response) => {
    request.resume()
    const [, , kind, tenantId = '', , accountId] = (request.url ?? '').split('/')
    const tenant = { id: tenantId, slug: 'bench', name: 'Bench', customHosts: [], createdAt: EPOCH, updatedAt: EPOCH }
    const body = kind === 'tenants' ? (accountId ? connections.get(accountId) : tenant) : {}
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connect(directoryId) {
      const [tenantId, accountId] = [randomUUID(), randomUUID()]
      const credential = { type: 'secret' as const, secret: JACKFIELD_CLIENT_SECRET }
      const account = { accountId, tenantId, alias: 'Bench', cloud: 'global' as const, enabled: true }
      const redirect = { redirectPlatform: 'web' as const, redirectMode: 'single' as const }
      connections.set(accountId, { ...account, ...redirect, clientId: JACKFIELD_CLIENT_ID, directoryId, credential })
      return { tenantId, accountId }
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
