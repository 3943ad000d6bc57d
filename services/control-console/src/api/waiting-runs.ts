import { pageOf } from '@jackfield/contract/http/page'
import { PlannedChange } from '@jackfield/contract/microsoft/import-rule'
import { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { query, request, requestVersioned } from './request.ts'
import { useSoleMutation } from './use-sole-mutation.ts'

const ASK_AGAIN_MS = 10_000

const runsKey = (tenantId: string) => ['tenants', tenantId, 'sync-runs'] as const
const runsAt = (tenantId: string) => `/api/v1/tenants/${tenantId}/sync-runs`

/** Runs that stopped because they would remove too many people, newest first. Polled while the page is in use. */
export function useWaitingRuns(tenantId: string, isActive: boolean) {
  return useQuery({
    queryKey: [...runsKey(tenantId), 'waiting'],
    queryFn: ({ signal }) =>
      request(pageOf(SyncRun), 'GET', `${runsAt(tenantId)}${query({ status: 'awaiting-approval', limit: 20 })}`, {
        signal,
      }),
    select: (page) => page.items,
    refetchInterval: isActive && ASK_AGAIN_MS,
  })
}

/** The run with its version, so that an answer refers to the plan the admin saw; a waiting plan changes. */
export function useRun(tenantId: string, runId: string) {
  return useQuery({
    queryKey: [...runsKey(tenantId), runId, 'version'],
    queryFn: ({ signal }) => requestVersioned(SyncRun, 'GET', `${runsAt(tenantId)}/${runId}`, { signal }),
    refetchInterval: ({ state }) => state.data?.value.status === 'awaiting-approval' && ASK_AGAIN_MS,
  })
}

/** Names of the people a run would disable, delete or untick. */
export function usePlannedRemovals({ tenantId, id: runId, approval }: SyncRun, limit: number) {
  return useInfiniteQuery({
    queryKey: [...runsKey(tenantId), runId, 'removals', limit, approval?.removals],
    queryFn: ({ pageParam, signal }) => {
      const address = `${runsAt(tenantId)}/${runId}/planned-changes${query({ removals: 'true', limit, cursor: pageParam })}`
      return request(pageOf(PlannedChange), 'GET', address, { signal })
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  })
}

export type RunAnswer = 'approve' | 'cancel'

export function useAnswerRun(tenantId: string, runId: string, etag: string | undefined) {
  const client = useQueryClient()
  return useSoleMutation({
    mutationFn: (answer: RunAnswer) => request(SyncRun, 'POST', `${runsAt(tenantId)}/${runId}/${answer}`, { etag }),
    onSettled: () => client.invalidateQueries({ queryKey: runsKey(tenantId) }),
  })
}
