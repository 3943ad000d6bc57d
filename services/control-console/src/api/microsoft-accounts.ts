import { CreatedHandOverLink } from '@jackfield/contract/access/hand-over-link'
import { pageOf } from '@jackfield/contract/http/page'
import { ConsentLink } from '@jackfield/contract/microsoft/consent-link'
import {
  AccountReach,
  MicrosoftAccount,
  type MicrosoftAccountPatch,
  type NewCredential,
  RedirectUris,
} from '@jackfield/contract/microsoft/microsoft-account'
import { Verification } from '@jackfield/contract/microsoft/verification'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { z } from 'zod'
import { isProven, type RedirectProposal } from '../domain/redirect-proposal.ts'
import { query, request, requestVersioned } from './request.ts'
import { useSoleMutation } from './use-sole-mutation.ts'

type DraftAccount = Pick<MicrosoftAccount, 'alias' | 'clientId' | 'directoryId' | 'cloud'>

const accountsKey = (tenantId: string) => ['tenants', tenantId, 'microsoft-accounts'] as const
const accountsAt = (tenantId: string) => `/api/v1/tenants/${tenantId}/microsoft-accounts`

export function useAccounts(tenantId: string) {
  return useQuery({
    queryKey: accountsKey(tenantId),
    queryFn: ({ signal }) =>
      request(pageOf(MicrosoftAccount), 'GET', `${accountsAt(tenantId)}${query({ limit: 500 })}`, { signal }),
    select: (page) => page.items,
  })
}

export function useAccount(tenantId: string, accountId: string) {
  return useQuery({
    queryKey: [...accountsKey(tenantId), accountId],
    queryFn: ({ signal }) =>
      requestVersioned(MicrosoftAccount, 'GET', `${accountsAt(tenantId)}/${accountId}`, { signal }),
  })
}

/** The redirect URIs to register in Entra ID: of the saved settings, or of a proposal. */
export function useRedirectUris(tenantId: string, accountId: string, proposal: Partial<RedirectProposal> = {}) {
  return useQuery({
    queryKey: [...accountsKey(tenantId), accountId, 'redirect-uris', proposal],
    queryFn: ({ signal }) =>
      request(RedirectUris, 'GET', `${accountsAt(tenantId)}/${accountId}/redirect-uris${query(proposal)}`, { signal }),
  })
}

/** Counts the people affected by a change. Loaded only while the question is open, so that the count is current. */
export function useAccountReach(tenantId: string, accountId: string, isEnabled: boolean) {
  return useQuery({
    queryKey: [...accountsKey(tenantId), accountId, 'reach'],
    queryFn: ({ signal }) => request(AccountReach, 'GET', `${accountsAt(tenantId)}/${accountId}/reach`, { signal }),
    enabled: isEnabled,
  })
}

/**
 * Tests a proposal next to the saved settings and saves it only if the test passes (S57). Returns the test if it
 * failed.
 */
export function useSwitchRedirects(tenantId: string, accountId: string, etag: string | undefined) {
  const client = useQueryClient()
  const address = `${accountsAt(tenantId)}/${accountId}`
  return useSoleMutation({
    mutationFn: async ({ proposal, isTested }: { proposal: RedirectProposal; isTested: boolean }) => {
      const tested = isTested ? await request(Verification, 'POST', `${address}/verify`, { body: proposal }) : undefined
      if (tested && !isProven(tested)) return tested
      await request(MicrosoftAccount, 'PATCH', address, { body: proposal, etag })
      return undefined
    },
    onSettled: () => client.invalidateQueries({ queryKey: accountsKey(tenantId) }),
  })
}

export function useCreateAccount(tenantId: string) {
  const client = useQueryClient()
  return useSoleMutation({
    mutationFn: (draft: DraftAccount) => request(MicrosoftAccount, 'POST', accountsAt(tenantId), { body: draft }),
    onSuccess: () => client.invalidateQueries({ queryKey: accountsKey(tenantId) }),
  })
}

export function useChangeAccount(tenantId: string, accountId: string, etag: string | undefined) {
  const client = useQueryClient()
  return useSoleMutation({
    mutationFn: (body: MicrosoftAccountPatch) =>
      request(MicrosoftAccount, 'PATCH', `${accountsAt(tenantId)}/${accountId}`, { body, etag }),
    onSettled: () => client.invalidateQueries({ queryKey: accountsKey(tenantId) }),
  })
}

type AskedTest = { credential?: NewCredential; enable?: true }

/**
 * Saves the credential if one is given, then runs the connection test, which enables a disabled account if asked to.
 */
export function useConnectionTest(tenantId: string, accountId: string) {
  const client = useQueryClient()
  return useSoleMutation({
    mutationFn: async ({ credential, enable }: AskedTest) => {
      const address = `${accountsAt(tenantId)}/${accountId}`
      if (credential) await request(z.unknown(), 'PUT', `${address}/credential`, { body: credential })
      return request(Verification, 'POST', `${address}/verify`, enable && { body: { enable } })
    },
    onSettled: () => client.invalidateQueries({ queryKey: accountsKey(tenantId) }),
  })
}

export function useConsentLink(tenantId: string, accountId: string) {
  return useSoleMutation({
    mutationFn: () => request(ConsentLink, 'POST', `${accountsAt(tenantId)}/${accountId}/consent-links`),
  })
}

export function useHandOverLink(tenantId: string, accountId: string) {
  return useSoleMutation({
    mutationFn: () =>
      request(CreatedHandOverLink, 'POST', `${accountsAt(tenantId)}/${accountId}/hand-over-links`, { body: {} }),
  })
}
