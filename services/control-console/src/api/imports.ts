import type { ImportRequest } from '@jackfield/contract/import-request'
import { MicrosoftUser, MicrosoftUserCount } from '@jackfield/contract/microsoft-user'
import { pageOf } from '@jackfield/contract/page'
import { SyncRunStarted } from '@jackfield/contract/sync-run'
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { query, request } from './request.ts'
import { useSoleMutation } from './use-sole-mutation.ts'

const PAGE = 100

const accountAt = (tenantId: string, accountId: string) => `/api/v1/tenants/${tenantId}/microsoft-accounts/${accountId}`
const microsoftUsersKey = (tenantId: string, accountId: string) =>
  ['tenants', tenantId, 'microsoft-users', accountId] as const

/** The directory's users as Microsoft tells them now, page after page. */
export function useMicrosoftUsers(tenantId: string, accountId: string, search: string) {
  return useInfiniteQuery({
    queryKey: [...microsoftUsersKey(tenantId, accountId), search],
    queryFn: ({ pageParam, signal }) => {
      const address = `${accountAt(tenantId, accountId)}/microsoft-users${query({ search, limit: PAGE, cursor: pageParam })}`
      return request(pageOf(MicrosoftUser), 'GET', address, { signal })
    },
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    // A cursor of Microsoft's list is not worth fetching twice, and the ticks must not move under the admin's hand.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
}

/** How many there are by kind, before everybody is imported. */
export function useMicrosoftUserCount(tenantId: string, accountId: string, isAsked: boolean) {
  return useQuery({
    queryKey: [...microsoftUsersKey(tenantId, accountId), 'count'],
    queryFn: ({ signal }) =>
      request(MicrosoftUserCount, 'GET', `${accountAt(tenantId, accountId)}/microsoft-users/count`, { signal }),
    enabled: isAsked && accountId !== '',
    staleTime: 60_000,
  })
}

export function useStartImport(tenantId: string, accountId: string) {
  const client = useQueryClient()
  return useSoleMutation({
    mutationFn: (body: ImportRequest) =>
      request(SyncRunStarted, 'POST', `${accountAt(tenantId, accountId)}/imports`, { body }),
    // Not waited for: what Microsoft does not tell just now would keep the import's progress from being shown.
    onSuccess: () => void client.invalidateQueries({ queryKey: microsoftUsersKey(tenantId, accountId) }),
  })
}
