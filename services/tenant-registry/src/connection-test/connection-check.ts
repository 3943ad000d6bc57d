import type { Check, Verification } from '@jackfield/contract/microsoft/verification'
import { auditEntry } from '@jackfield/internal-token/audit-entry'
import { isSameFindings } from '../domain/account-warnings.ts'
import { UNREADABLE_CREDENTIAL } from '../domain/connection/connection-evidence.ts'
import { judge } from '../domain/connection/connection-test.ts'
import { keepWrongPlatform } from '../domain/connection/redirect-uri-check.ts'
import { redirectUriDifference, redirectUris, registeredAfter } from '../domain/connection/redirect-uris.ts'
import { type AccountRecord, type AccountValues, verified } from '../domain/microsoft-account.ts'
import type { TenantRecord } from '../domain/tenant.ts'
import { refuse } from '../errors.ts'
import type { Ports } from '../ports.ts'
import { findConnection, keepUse } from './account-connection.ts'
import type { Asker } from './asker.ts'

type Tested = { checks: Check[]; ok: boolean; at: Date; registeredRedirectUris: string[] | null }

/**
 * The connection test: asks Microsoft, judges, and keeps what it found on the account; a disabled one is enabled by it
 * if asked to.
 */
export async function checkConnection(
  ports: Ports,
  request: Asker,
  tenant: TenantRecord,
  account: AccountRecord,
  { enables = false } = {},
): Promise<Verification> {
  const { id: accountId, tenantId } = account
  const seen = await testConnection(ports, request, tenant, account)
  const tested = request.isScheduled ? withChecks(seen, keepWrongPlatform(seen.checks, account.findings)) : seen
  const values = verified(account, { ...tested, enables })
  const action = request.isScheduled ? changeOf(account, values) : 'microsoft-account.verify'
  const entry =
    action === undefined
      ? undefined
      : auditEntry(request, { action, tenantId, target: accountId, ...outcomeOf(tested) })
  const stored = await ports.accounts.change(account, values, undefined, entry)
  if (typeof stored === 'string') {
    if (enables) throw refuse(stored)
    // Changed while Microsoft was asked: what was tested is no more, so the result is told but not kept.
    request.log.info({ accountId }, 'account changed during its connection test')
  }
  return verificationOf(tested)
}

/** The same test of what the account might become: nothing of it is kept (S57). */
export async function checkProposal(
  ports: Ports,
  request: Asker,
  tenant: TenantRecord,
  { account, proposal }: { account: AccountRecord; proposal: AccountRecord },
): Promise<Verification> {
  const { id: target, tenantId } = proposal
  const isPlatformNew = proposal.redirectPlatform !== account.redirectPlatform
  const tested = await testConnection(ports, request, tenant, proposal, isPlatformNew)
  await ports.audit.record(
    auditEntry(request, { action: 'microsoft-account.verify-proposal', tenantId, target, ...outcomeOf(tested) }),
  )
  return verificationOf(tested)
}

async function testConnection(
  ports: Ports,
  request: Asker,
  tenant: TenantRecord,
  account: AccountRecord,
  isPlatformNew = false,
): Promise<Tested> {
  const { apps, microsoft, roster, baseUrl, now } = ports
  const { kind, connection } = await findConnection(ports, request, account)
  const expected = redirectUris(account.redirectMode, tenant, await apps.all(), baseUrl)
  const needed = expected.map(({ uri }) => uri)
  const { obsolete } = redirectUriDifference(expected, account.registeredRedirectUris)
  const [seen, notifications] = await Promise.all([
    microsoft.examine(connection, [...needed, ...obsolete]),
    roster.notifications(account.tenantId, account.id),
  ])
  const token = kind === 'unreadable' ? { kind: 'failed' as const, failure: UNREADABLE_CREDENTIAL } : seen.token
  const evidence = {
    ...seen,
    token,
    notifications,
    redirectUris: seen.redirectUris?.filter(({ uri }) => needed.includes(uri)),
  }
  const registeredRedirectUris = registeredAfter(account.registeredRedirectUris, seen.redirectUris)
  const { rotation } = connection
  if (rotation && evidence.token?.kind === 'issued') {
    const worked = evidence.token.refusal ? ('previous' as const) : ('new' as const)
    await keepUse(ports, request, account, { credentialId: rotation.credentialId, worked })
  }
  const at = now()
  const checks = judge(evidence, { ...account, isPlatformNew, adminCenter: microsoft.adminCenter(account.cloud) }, at)
  return withChecks({ at, registeredRedirectUris }, checks)
}

function withChecks({ at, registeredRedirectUris }: Omit<Tested, 'checks' | 'ok'>, checks: Check[]): Tested {
  return { checks, ok: checks.every((check) => check.status !== 'failed'), at, registeredRedirectUris }
}

function outcomeOf({ checks, ok }: Tested) {
  const details = Object.fromEntries(
    checks.filter((check) => check.status === 'failed').map((check) => [check.id, check.code ?? 'failed']),
  )
  return { outcome: ok ? ('success' as const) : ('failure' as const), details }
}

function verificationOf({ checks, ok, at }: Tested): Verification {
  return { ok, checkedAt: at.toISOString(), checks }
}

/** What a test by the clock found out: undefined when all is as before, which is no event. */
function changeOf(before: AccountRecord, after: AccountValues): string | undefined {
  if (before.status !== after.status)
    return after.status === 'failing' ? 'microsoft-account.failing' : 'microsoft-account.recovered'
  return isSameFindings(before.findings, after.findings) ? undefined : 'microsoft-account.findings-changed'
}
