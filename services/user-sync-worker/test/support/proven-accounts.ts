import { expect } from 'vitest'
import type { Lease } from '../../src/sync-run-ports.ts'
import { addLargeDirectory } from './large-directory.ts'
import type { Platform } from './platform.ts'
import { watchProofs } from './proof-watch.ts'

const EVERYBODY = { all: true, sync: true, sso: true } as const

/** Accounts whose people were all imported, and what runs make of the proofs of their pages. */
export async function provenAccounts(platform: Platform) {
  const deedsOf = await watchProofs(platform)
  async function sql<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await platform.stores.pool.query(text, values)).rows as Row[]
  }

  /** An account all of whose people were imported; nothing is known of its pages yet. */
  async function givenImported(people: number) {
    const directoryId = addLargeDirectory(platform, people)
    const tenant = platform.connectedTenant(directoryId)
    const { tenantId, accountId, api } = tenant
    const directory = platform.emulator.directory(directoryId)
    const importAll = async (request: object = EVERYBODY) => (await platform.runImport(tenant, request)).counts
    async function resync(mode: 'full' | 'delta') {
      const { body } = await platform.call('POST', `${api}/microsoft-accounts/${accountId}/resyncs`, { mode })
      return (await platform.finishedRun(api, body.runId)).counts
    }
    async function lease(mode: 'full' | 'import') {
      const request = mode === 'full' ? { mode } : EVERYBODY
      const run = { tenantId, accountId, directoryId, requestedBy: 'test', request }
      const { job } = await platform.ports.runs.create(run, platform.entryOf(tenantId))
      return (await platform.ports.leases.take(job)) as Lease
    }
    const change = (set: string, id: string | undefined) =>
      sql(`update roster.phone_user set ${set} where tenant_id = $1 and object_id = $2`, [tenantId, id])
    const deeds = () => deedsOf(accountId)
    const proofs = () =>
      sql<{ digest: string; people: number; sso: boolean | null; places: string }>(
        `select encode(digest, 'hex') as digest, cardinality(object_ids) as people, sso, places::text from roster.page_proof where account_id = $1 order by 2`,
        [accountId],
      )
    const ids = () => directory.users().map(({ id }) => id)
    await importAll()
    expect(await deeds()).toEqual({ kept: 0, used: 0 })
    return { ...tenant, directoryId, directory, importAll, resync, lease, change, deeds, proofs, ids }
  }

  /** The same, and its only page, or all of them, have proofs. */
  async function givenProven(people = 5) {
    const given = await givenImported(people)
    expect(await given.importAll()).toMatchObject({ seen: people, unchanged: people })
    expect(await given.deeds()).toEqual({ kept: Math.ceil(people / 999), used: 0 })
    return given
  }
  return { sql, givenImported, givenProven }
}
