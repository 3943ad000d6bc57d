import type { Verification } from '@jackfield/contract/verification'
import { isSameFindings } from '../domain/account-warnings.ts'
import { judge } from '../domain/connection-test.ts'
import { type AccountRecord, type AccountValues, verified } from '../domain/microsoft-account.ts'
import { redirectUriDifference, redirectUris, registeredAfter } from '../domain/redirect-uris.ts'
import type { TenantRecord } from '../domain/tenant.ts'
import type { Ports } from '../ports.ts'
import { openConnection } from './account-connection.ts'
import type { Asker } from './asker.ts'
import { auditEntry } from './audit-entry.ts'
import { keepUse } from './credential-use.ts'

/** The connection test: asks Microsoft, judges, and keeps what it found on the account. */
export async function checkConnection(ports: Ports, request: Asker, tenant: TenantRecord, account: AccountRecord): Promise<Verification> {
  const { apps, accounts, microsoft, roster, baseUrl, now } = ports
  const { id: accountId, tenantId } = account
  const connection = await openConnection(ports, request, account)
  const expected = redirectUris(account.redirectMode, tenant, await apps.all(), baseUrl)
  const needed = expected.map(({ uri }) => uri)
  const { obsolete } = redirectUriDifference(expected, account.registeredRedirectUris)
  const [seen, notifications] = await Promise.all([
    microsoft.examine(connection, [...needed, ...obsolete]),
    roster.notifications(tenantId, accountId),
  ])
  const evidence = { ...seen, notifications, redirectUris: seen.redirectUris?.filter(({ uri }) => needed.includes(uri)) }
  const registered = registeredAfter(account.registeredRedirectUris, seen.redirectUris)
  const { rotation } = connection
  if (rotation && evidence.token?.kind === 'issued') {
    const worked = evidence.token.refusal ? ('previous' as const) : ('new' as const)
    await keepUse(ports, request, account, { credentialId: rotation.credentialId, worked })
  }
  const checks = judge(evidence, { ...account, adminCenter: microsoft.adminCenter(account.cloud) }, now())
  const ok = checks.every((check) => check.status !== 'failed')

  const checkedAt = now()
  const details = Object.fromEntries(checks.filter((check) => check.status === 'failed').map((check) => [check.id, check.code ?? 'failed']))
  const outcome = ok ? ('success' as const) : ('failure' as const)
  const values = verified(account, { checks, at: checkedAt, registeredRedirectUris: registered })
  const action = request.isScheduled ? changeOf(account, values) : 'microsoft-account.verify'
  const entry = action === undefined ? undefined : auditEntry(request, { action, outcome, tenantId, target: accountId, details })
  const stored = await accounts.change(account, values, undefined, entry)
  // Changed while Microsoft was asked: what was tested is no more, so the result is told but not kept.
  if (typeof stored === 'string') request.log.info({ accountId }, 'account changed during its connection test')
  return { ok, checkedAt: checkedAt.toISOString(), checks }
}

/** What a test by the clock found out: undefined when all is as before, which is no event. */
function changeOf(before: AccountRecord, after: AccountValues): string | undefined {
  if (before.status !== after.status) return after.status === 'failing' ? 'microsoft-account.failing' : 'microsoft-account.recovered'
  return isSameFindings(before.findings, after.findings) ? undefined : 'microsoft-account.findings-changed'
}
