import { Administrator, type NewAdministrator } from '@jackfield/contract/access/administrator'
import { pageOf } from '@jackfield/contract/http/page'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { z } from 'zod'
import { query, request } from './request.ts'
import { useSoleMutation } from './use-sole-mutation.ts'

const ADDRESS = '/api/v1/administrators'
const administratorsKey = (tenantId: string) => ['tenants', tenantId, 'administrators'] as const

/** Administrators who sign in through this tenant, as far as the caller may see them. */
export function useAdministrators(tenantId: string) {
  return useQuery({
    queryKey: administratorsKey(tenantId),
    queryFn: ({ signal }) =>
      request(pageOf(Administrator), 'GET', `${ADDRESS}${query({ signInTenantId: tenantId, limit: 500 })}`, { signal }),
    select: (page) => page.items,
  })
}

export function useAddAdministrator(tenantId: string) {
  const client = useQueryClient()
  return useSoleMutation({
    mutationFn: (body: NewAdministrator) => request(Administrator, 'POST', ADDRESS, { body }),
    onSettled: () => client.invalidateQueries({ queryKey: administratorsKey(tenantId) }),
  })
}

export function useRemoveAdministrator(tenantId: string) {
  const client = useQueryClient()
  return useSoleMutation({
    mutationFn: (administratorId: string) => request(z.unknown(), 'DELETE', `${ADDRESS}/${administratorId}`),
    onSettled: () => client.invalidateQueries({ queryKey: administratorsKey(tenantId) }),
  })
}
