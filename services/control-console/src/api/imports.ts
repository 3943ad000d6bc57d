import { pageOf } from '@jackfield/contract/http/page'
import type { ImportRequest } from '@jackfield/contract/microsoft/import-request'
import { MicrosoftUser, MicrosoftUserCount } from '@jackfield/contract/microsoft/microsoft-user'
import { SyncRunStarted } from '@jackfield/contract/microsoft/sync-run'
import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { query, request } from './request.ts'
import { useSoleMutation } from './use-sole-mutation.ts'

const PAGE = 100

const accountAt = (tenantId: string, accountId: string) => `/api/v1/tenants/${tenantId}/microsoft-accounts/${accountId}`
const microsoftUsersKey = (tenantId: string, accountId: string) =>
  ['tenants', tenantId, 'microsoft-users', accountId] as const

/** The directory's current users, page by page from Microsoft. */
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
    // Never refetches: a cursor of Microsoft is used once, and rows must not move while the admin ticks them.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
}

/** Counts the directory's users by kind, for the import of everyone. */
export function useMicrosoftUserCount(tenantId: string, accountId: string, isEnabled: boolean) {
  return useQuery({
    queryKey: [...microsoftUsersKey(tenantId, accountId), 'count'],
    queryFn: ({ signal }) =>
      request(MicrosoftUserCount, 'GET', `${accountAt(tenantId, accountId)}/microsoft-users/count`, { signal }),
    enabled: isEnabled && accountId !== '',
    staleTime: 60_000,
  })
}

export function useStartImport(tenantId: string, accountId: string) {
  const client = useQueryClient()
  return useSoleMutation({
    mutationFn: (body: ImportRequest) =>
      request(SyncRunStarted, 'POST', `${accountAt(tenantId, accountId)}/imports`, { body }),
    // Not awaited: a slow answer of Microsoft would delay the import's progress.
    onSuccess: () => void client.invalidateQueries({ queryKey: microsoftUsersKey(tenantId, accountId) }),
  })
}
