import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import { expect } from 'vitest'
import { addLargeDirectory } from './large-directory.ts'
import type { Platform } from './platform.ts'

export const EVERYBODY = { all: true, sync: true, sso: true } as const

/** A tenant that has imported everybody of a directory of this many people. */
export async function givenImported(platform: Platform, people: number, request: object = EVERYBODY) {
  const directoryId = addLargeDirectory(platform, people)
  const tenant = platform.connectedTenant(directoryId)
  const directory = platform.emulator.directory(directoryId)
  const ids = directory.users().map((user) => user.id)
  expect(await platform.runImport(tenant, request)).toMatchObject({ status: 'succeeded' })

  const runAt = async (runId: string): Promise<SyncRun> =>
    (await platform.call('GET', `${tenant.api}/sync-runs/${runId}`)).body
  /** Until the run is over or asks. */
  async function settled(runId: string): Promise<SyncRun> {
    await expect.poll(async () => (await runAt(runId)).status, { timeout: 40_000 }).not.toMatch(/queued|running/)
    return runAt(runId)
  }
  return {
    ...tenant,
    directory,
    ids,
    id: (index: number) => ids[index] ?? '',
    runAt,
    settled,
    async resync(mode: 'delta' | 'full', accountId = tenant.accountId): Promise<SyncRun> {
      const { body } = await platform.call('POST', `${tenant.api}/microsoft-accounts/${accountId}/resyncs`, { mode })
      return settled(body.runId)
    },
    answer: (runId: string, how: 'approve' | 'cancel', headers = {}) =>
      platform.call('POST', `${tenant.api}/sync-runs/${runId}/${how}`, undefined, undefined, headers),
    disable(from: number, to: number) {
      for (const each of ids.slice(from, to)) directory.disableUser(each)
    },
    enable(from: number, to: number) {
      for (const each of ids.slice(from, to)) directory.enableUser(each)
    },
    /** Object ids of people who are not active. */
    async inactive(): Promise<string[]> {
      const gone = (await platform.roster(tenant.tenantId)).filter(({ status }) => status !== 'active')
      return gone.map(({ object_id: objectId }) => objectId).sort()
    },
    people: (from: number, to: number) => ids.slice(from, to).sort(),
    async removals(runId: string): Promise<string[]> {
      const path = `${tenant.api}/sync-runs/${runId}/planned-changes?removals=true&limit=500`
      return (await platform.call('GET', path)).body.items.map(({ objectId }: { objectId: string }) => objectId)
    },
    waiting: async (): Promise<SyncRun[]> =>
      (await platform.call('GET', `${tenant.api}/sync-runs?status=awaiting-approval`)).body.items,
  }
}
