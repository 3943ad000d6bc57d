import { ConsentLink } from '@jackfield/contract/consent-link'
import { CreatedHandOverLink } from '@jackfield/contract/hand-over-link'
import { MicrosoftAccount, type MicrosoftAccountPatch, type NewCredential, RedirectUris } from '@jackfield/contract/microsoft-account'
import { pageOf } from '@jackfield/contract/page'
import { Verification } from '@jackfield/contract/verification'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { z } from 'zod'
import { query, request, requestVersioned } from './request.ts'

export type DraftAccount = Pick<MicrosoftAccount, 'alias' | 'clientId' | 'directoryId' | 'cloud'>

const accountsKey = (tenantId: string) => ['tenants', tenantId, 'microsoft-accounts'] as const
const accountsAt = (tenantId: string) => `/api/v1/tenants/${tenantId}/microsoft-accounts`

export function useAccounts(tenantId: string) {
  return useQuery({
    queryKey: accountsKey(tenantId),
    queryFn: ({ signal }) => request(pageOf(MicrosoftAccount), 'GET', `${accountsAt(tenantId)}${query({ limit: 500 })}`, { signal }),
    select: (page) => page.items,
  })
}

export function useAccount(tenantId: string, accountId: string) {
  return useQuery({
    queryKey: [...accountsKey(tenantId), accountId],
    queryFn: ({ signal }) => requestVersioned(MicrosoftAccount, 'GET', `${accountsAt(tenantId)}/${accountId}`, { signal }),
  })
}

export function useRedirectUris(tenantId: string, accountId: string) {
  return useQuery({
    queryKey: [...accountsKey(tenantId), accountId, 'redirect-uris'],
    queryFn: ({ signal }) => request(RedirectUris, 'GET', `${accountsAt(tenantId)}/${accountId}/redirect-uris`, { signal }),
  })
}

export function useCreateAccount(tenantId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (draft: DraftAccount) => request(MicrosoftAccount, 'POST', accountsAt(tenantId), { body: draft }),
    onSuccess: () => client.invalidateQueries({ queryKey: accountsKey(tenantId) }),
  })
}

export function useChangeAccount(tenantId: string, accountId: string, etag: string | undefined) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: MicrosoftAccountPatch) => request(MicrosoftAccount, 'PATCH', `${accountsAt(tenantId)}/${accountId}`, { body, etag }),
    onSettled: () => client.invalidateQueries({ queryKey: accountsKey(tenantId) }),
  })
}

/** Saves a credential when one is given, then runs the connection test: one act for the admin. */
export function useConnectionTest(tenantId: string, accountId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (credential: NewCredential | null) => {
      const address = `${accountsAt(tenantId)}/${accountId}`
      if (credential) await request(z.unknown(), 'PUT', `${address}/credential`, { body: credential })
      return request(Verification, 'POST', `${address}/verify`)
    },
    onSettled: () => client.invalidateQueries({ queryKey: accountsKey(tenantId) }),
  })
}

export function useConsentLink(tenantId: string, accountId: string) {
  return useMutation({ mutationFn: () => request(ConsentLink, 'POST', `${accountsAt(tenantId)}/${accountId}/consent-links`) })
}

export function useHandOverLink(tenantId: string, accountId: string) {
  return useMutation({
    mutationFn: () => request(CreatedHandOverLink, 'POST', `${accountsAt(tenantId)}/${accountId}/hand-over-links`, { body: {} }),
  })
}
