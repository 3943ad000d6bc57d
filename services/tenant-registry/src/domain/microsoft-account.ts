import type {
  MicrosoftAccount,
  MicrosoftAccountPatch,
  VerifyRequest,
} from '@jackfield/contract/microsoft/microsoft-account'
import type { SyncFailure } from '@jackfield/contract/microsoft/sync-health'
import type { Check } from '@jackfield/contract/microsoft/verification'
import { accountWarnings, findingsOf } from './account-warnings.ts'

/**
 * A connection to one directory, and where it stands:
 *
 *   draft --test passed--> ready --test failed--> failing --test passed--> ready
 *   any --switched off--> disabled --switched on--> draft
 *   other client id, directory or cloud --> draft: what was tested was another registration, and its people are
 *     disconnected first (T-129)
 *   other credential --> status kept: replacing a secret must not interrupt sign-in (T-93); `lastVerifiedAt` is cleared
 *
 * A failed test leaves a draft a draft. A disabled account is tested without changing its status, unless the test is
 * asked to enable it:
 *
 *   disabled --test that enables passed--> ready
 *
 * `offSince` is kept while an account that once was enabled is not: disablements in its directory do not arrive.
 *
 * One whose runs fail is shown as failing, whatever its test said: they ask Microsoft for more than a test does.
 */
export type AccountRecord = Omit<MicrosoftAccount, 'enabled' | 'warnings'> & {
  /** Since when its people are not kept in step, as it is switched off or waits to be tested again. */
  offSince: string | null
  /** Findings of the last connection test. */
  findings: Check[]
  /** Why runs do not synchronise the account, as the worker last reported; null when they do. */
  syncFailure: SyncFailure | null
  firstReadyAt: string | null
  /** What the connection tests found registered in Entra ID; null before the first. */
  registeredRedirectUris: string[] | null
  version: number
}

export type AccountValues = Pick<
  AccountRecord,
  | 'alias'
  | 'clientId'
  | 'directoryId'
  | 'cloud'
  | 'redirectPlatform'
  | 'redirectMode'
  | 'registeredRedirectUris'
  | 'findings'
  | 'syncFailure'
  | 'status'
  | 'firstReadyAt'
  | 'offSince'
  | 'lastVerifiedAt'
>

/**
 * An account is enabled once a connection test has passed, until an administrator disables it. A failing account stays
 * enabled, so that an outage of Microsoft does not lock people out.
 */
export function isEnabled({ status, firstReadyAt }: Pick<AccountRecord, 'status' | 'firstReadyAt'>): boolean {
  return status === 'ready' || (status === 'failing' && firstReadyAt !== null)
}

/** Whether people may have been imported through the account as it is, and be signed in. */
export function mayHavePeople({ firstReadyAt, offSince }: Pick<AccountRecord, 'firstReadyAt' | 'offSince'>): boolean {
  return firstReadyAt !== null || offSince !== null
}

/** Whether the account would be connected to another directory, or by another registration. */
export function isMoved(account: AccountRecord, values: AccountValues): boolean {
  return (
    values.clientId !== account.clientId || values.directoryId !== account.directoryId || values.cloud !== account.cloud
  )
}

/** Aliases that differ only in case or Unicode form are the same to people. */
export function aliasKey(alias: string): string {
  return alias.normalize('NFKC').toLowerCase()
}

/** The account's values after the patch. */
export function patched(account: AccountRecord, patch: MicrosoftAccountPatch, now: Date): AccountValues {
  const values = withPatch(account, patch)
  if (isMoved(account, values)) return { ...values, offSince: null }
  const since = account.offSince ?? (isEnabled(account) ? now.toISOString() : null)
  return { ...values, offSince: isEnabled(values) ? null : since }
}

function withPatch(account: AccountRecord, patch: MicrosoftAccountPatch): AccountValues {
  const { status: wanted, endSessions: _, ...members } = patch
  const changed: AccountValues = { ...valuesOf(account), ...definedOnly(members) }
  if (changed.redirectPlatform !== account.redirectPlatform) changed.registeredRedirectUris = null
  const other = isMoved(account, changed)
  const untested = {
    firstReadyAt: null,
    lastVerifiedAt: null,
    findings: [],
    syncFailure: null,
    registeredRedirectUris: other ? null : changed.registeredRedirectUris,
  }
  if (wanted === 'disabled') return { ...changed, ...(other ? untested : {}), status: 'disabled' }
  if (wanted === 'draft' && account.status === 'disabled') return { ...changed, ...untested, status: 'draft' }
  if (other) return { ...changed, ...untested, status: account.status === 'disabled' ? 'disabled' : 'draft' }
  return changed
}

/** The account as a proposal would have it (S57). Redirect URIs found for one platform do not apply to another. */
export function proposed(
  account: AccountRecord,
  { redirectMode, redirectPlatform }: Pick<VerifyRequest, 'redirectMode' | 'redirectPlatform'>,
): AccountRecord {
  return { ...account, ...withPatch(account, { redirectMode, redirectPlatform }) }
}

/** The account with another credential, which waits to be tested. */
export function withNewCredential(account: AccountRecord): AccountValues {
  return { ...valuesOf(account), findings: [], lastVerifiedAt: null }
}

type Found = { checks: readonly Check[]; at: Date; registeredRedirectUris: string[] | null; enables?: boolean }

/** The account after a connection test, which found these redirect URIs registered. */
export function verified(
  account: AccountRecord,
  { checks, at, registeredRedirectUris, enables = false }: Found,
): AccountValues {
  const ok = checks.every((check) => check.status !== 'failed')
  const values = {
    ...valuesOf(account),
    registeredRedirectUris,
    findings: findingsOf(checks),
    lastVerifiedAt: at.toISOString(),
  }
  if (account.status === 'disabled' && !(ok && enables)) return values
  if (ok) return { ...values, status: 'ready', firstReadyAt: account.firstReadyAt ?? at.toISOString(), offSince: null }
  return { ...values, status: account.firstReadyAt === null ? 'draft' : 'failing' }
}

/** The account after something that a connection test does not see; undefined when that is known already. */
export function withFinding(account: AccountRecord, finding: Check): AccountValues | undefined {
  if (account.findings.some(({ id, code }) => id === finding.id && code === finding.code)) return undefined
  const findings = [...account.findings.filter(({ id }) => id !== finding.id), finding]
  return { ...valuesOf(account), findings, status: account.status === 'ready' ? 'failing' : account.status }
}

/** What the API shows of it. */
export function presentAccount(record: AccountRecord, now: Date): MicrosoftAccount {
  const {
    firstReadyAt: _firstReadyAt,
    registeredRedirectUris: _uris,
    findings: _findings,
    offSince: _offSince,
    syncFailure,
    ...account
  } = record
  const status = account.status === 'ready' && syncFailure ? ('failing' as const) : account.status
  return { ...account, status, enabled: isEnabled(record), warnings: accountWarnings(record, now) }
}

function valuesOf(account: AccountRecord): AccountValues {
  const { alias, clientId, directoryId, cloud, redirectPlatform, redirectMode, status } = account
  const { registeredRedirectUris, findings, syncFailure, firstReadyAt, offSince, lastVerifiedAt } = account
  return {
    alias,
    clientId,
    directoryId,
    cloud,
    redirectPlatform,
    redirectMode,
    status,
    registeredRedirectUris,
    findings,
    syncFailure,
    firstReadyAt,
    offSince,
    lastVerifiedAt,
  }
}

function definedOnly<Members extends object>(members: Members): Partial<Members> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<Members>
}
