import { pageOf } from '@jackfield/contract/http/page'
import { PhoneUser, type PhoneUserPatch } from '@jackfield/contract/roster/phone-user'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { z } from 'zod'
import { query, request, requestVersioned } from './request.ts'
import { useSoleMutation } from './use-sole-mutation.ts'

type UserFilter = { search: string; bound: string; cursor: string }

const usersKey = (tenantId: string) => ['tenants', tenantId, 'users'] as const
const usersAt = (tenantId: string) => `/api/v1/tenants/${tenantId}/users`

export function useUsers(tenantId: string, filter: UserFilter) {
  return useQuery({
    queryKey: [...usersKey(tenantId), 'list', filter],
    queryFn: ({ signal }) =>
      request(pageOf(PhoneUser), 'GET', `${usersAt(tenantId)}${query({ ...filter, limit: 50 })}`, { signal }),
    placeholderData: keepPreviousData,
  })
}

export function useUser(tenantId: string, userId: string) {
  return useQuery({
    queryKey: [...usersKey(tenantId), userId],
    queryFn: ({ signal }) => requestVersioned(PhoneUser, 'GET', `${usersAt(tenantId)}/${userId}`, { signal }),
  })
}

/** Refetches every list and page that shows users, also after a failure. */
export function useRefreshUsers(tenantId: string) {
  const client = useQueryClient()
  return () =>
    Promise.all([
      client.invalidateQueries({ queryKey: usersKey(tenantId) }),
      client.invalidateQueries({ queryKey: ['tenants', tenantId, 'extensions'] }),
    ])
}

export function useChangeUser(tenantId: string, userId: string, etag: string | undefined) {
  const refresh = useRefreshUsers(tenantId)
  return useSoleMutation({
    mutationFn: (body: PhoneUserPatch) =>
      request(z.unknown(), 'PATCH', `${usersAt(tenantId)}/${userId}`, { body, etag }),
    onSettled: refresh,
  })
}

export function useBind(tenantId: string, userId: string) {
  const refresh = useRefreshUsers(tenantId)
  return useSoleMutation({
    mutationFn: ({ phoneSystemId, extension }: { phoneSystemId: string; extension: string }) =>
      request(z.unknown(), 'PUT', `${usersAt(tenantId)}/${userId}/bindings/${phoneSystemId}`, { body: { extension } }),
    onSettled: refresh,
  })
}

export function useUnbind(tenantId: string, userId: string) {
  const refresh = useRefreshUsers(tenantId)
  return useSoleMutation({
    mutationFn: (phoneSystemId: string) =>
      request(z.unknown(), 'DELETE', `${usersAt(tenantId)}/${userId}/bindings/${phoneSystemId}`),
    onSettled: refresh,
  })
}
