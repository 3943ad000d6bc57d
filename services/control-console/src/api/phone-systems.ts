import { pageOf } from '@jackfield/contract/http/page'
import { Extension, type NewExtensions, PhoneSystem } from '@jackfield/contract/roster/phone-system'
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { z } from 'zod'
import { query, request } from './request.ts'
import { useSoleMutation } from './use-sole-mutation.ts'

const PAGE = 500
/** Maximum free extensions to offer; any other number can be typed. */
const OFFERED = 200

const systemsKey = (tenantId: string) => ['tenants', tenantId, 'phone-systems'] as const
const extensionsKey = (tenantId: string, phoneSystemId: string) =>
  ['tenants', tenantId, 'extensions', phoneSystemId] as const
const systemsAt = (tenantId: string) => `/api/v1/tenants/${tenantId}/phone-systems`

export function usePhoneSystems(tenantId: string) {
  return useQuery({
    queryKey: systemsKey(tenantId),
    queryFn: ({ signal }) =>
      request(pageOf(PhoneSystem), 'GET', `${systemsAt(tenantId)}${query({ limit: PAGE })}`, { signal }),
    select: (page) => page.items,
  })
}

export function useCreatePhoneSystem(tenantId: string) {
  const client = useQueryClient()
  return useSoleMutation({
    mutationFn: (name: string) => request(PhoneSystem, 'POST', systemsAt(tenantId), { body: { name } }),
    onSuccess: () => client.invalidateQueries({ queryKey: systemsKey(tenantId) }),
  })
}

function readExtensions(
  tenantId: string,
  phoneSystemId: string,
  limit: number,
  cursor: string | undefined,
  signal: AbortSignal,
) {
  const address = `${systemsAt(tenantId)}/${phoneSystemId}/extensions${query({ limit, cursor })}`
  return request(pageOf(Extension), 'GET', address, { signal })
}

export function useExtensions(tenantId: string, phoneSystemId: string) {
  return useInfiniteQuery({
    queryKey: [...extensionsKey(tenantId, phoneSystemId), 'list'],
    queryFn: ({ pageParam, signal }) => readExtensions(tenantId, phoneSystemId, 100, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
  })
}

/** Free extensions of a phone system, in its own order. */
export function useFreeExtensions(tenantId: string, phoneSystemId: string) {
  return useQuery({
    queryKey: [...extensionsKey(tenantId, phoneSystemId), 'free'],
    enabled: phoneSystemId !== '',
    queryFn: async ({ signal }) => {
      const free: Extension[] = []
      let cursor: string | undefined
      do {
        const page = await readExtensions(tenantId, phoneSystemId, PAGE, cursor, signal)
        free.push(...page.items.filter((extension) => extension.holder === null))
        cursor = page.nextCursor ?? undefined
      } while (cursor !== undefined && free.length < OFFERED)
      return free.slice(0, OFFERED)
    },
  })
}

export function useAddExtensions(tenantId: string, phoneSystemId: string) {
  const client = useQueryClient()
  return useSoleMutation({
    mutationFn: (items: NewExtensions['items']) =>
      request(z.unknown(), 'POST', `${systemsAt(tenantId)}/${phoneSystemId}/extensions`, { body: { items } }),
    onSuccess: () => client.invalidateQueries({ queryKey: extensionsKey(tenantId, phoneSystemId) }),
  })
}
