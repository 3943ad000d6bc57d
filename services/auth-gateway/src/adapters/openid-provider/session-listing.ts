import Provider, { type Adapter, type AdapterPayload } from 'oidc-provider'
import { v7 } from 'uuid'
import { nameBrowser } from '../../domain/browser-name.ts'
import { DEVICE_CODE, SESSION_ABSOLUTE } from '../../domain/lifetimes.ts'
import { isUseToNote } from '../../domain/person-session.ts'
import { readAccountId } from '../../domain/sign-in/account-id.ts'
import type { SignInSite } from '../../domain/site.ts'
import type { Clock, MicrosoftSessions, PersonSessions, RecordSpaces, Records } from '../../ports.ts'

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

export type ListingParts = {
  site: SignInSite
  clock: Clock
  personSessions: PersonSessions
  microsoftSessions: Pick<MicrosoftSessions, 'note'>
  audit: RecordSpaces['audit']
}
type Payload = Pick<AdapterPayload, 'accountId' | 'uid' | 'loginTs'>
export type NoteLogin = (session: Payload) => Promise<void>

/**
 * Lists a new login among the sessions of its person, with the browser's name, and notes the session at Microsoft, so
 * that both end together.
 */
export function notingLogins({ site, clock, personSessions, microsoftSessions }: ListingParts): NoteLogin {
  return async ({ accountId, uid, loginTs }) => {
    const ctx = Provider.ctx
    if (!ctx?.oidc?.result?.login || !accountId || !uid) return
    const { sid } = (ctx.oidc.result.microsoft ?? {}) as { sid?: string }
    if (sid) await microsoftSessions.note(sid, { origin: site.origin, accountId, uid })
    const person = readAccountId(site, accountId)
    if (!person) return
    const known = await personSessions.find(uid)
    const loginAt = loginTs ?? clock()
    await personSessions.note(
      {
        ...person,
        id: known?.id ?? v7(),
        kind: 'browser',
        origin: site.origin,
        accountId,
        target: uid,
        loginAt,
        createdAt: loginAt,
        usedAt: loginAt,
        expiresAt: loginAt + SESSION_ABSOLUTE,
        browser: nameBrowser(ctx.req.headers['user-agent']),
      },
      SESSION_ABSOLUTE,
    )
  }
}

/** Lists a device when its person approves it, in one step with its audit event (T-136). */
export function withApprovedDevices(adapter: Adapter, parts: ListingParts): Adapter {
  return {
    ...adapter,
    async upsert(id, payload, ttl) {
      if (payload.accountId && payload.grantId) await noteDevice(parts, payload, ttl ?? DEVICE_CODE)
      await adapter.upsert(id, payload, ttl)
    },
  }
}

/** Until the device has fetched its tokens it is listed as long as its code lasts. */
async function noteDevice({ site, clock, personSessions, audit }: ListingParts, code: AdapterPayload, ttl: number) {
  const { accountId = '', grantId = '', clientId, authTime } = code
  const person = readAccountId(site, accountId)
  const ctx = Provider.ctx
  if (!person || !ctx) return
  const { ip } = (code.deviceInfo ?? {}) as { ip?: string }
  const now = clock()
  const id = v7()
  await personSessions.note(
    {
      ...person,
      id,
      kind: 'device',
      origin: site.origin,
      accountId,
      target: grantId,
      clientId,
      loginAt: authTime ?? now,
      createdAt: now,
      usedAt: now,
      expiresAt: now + ttl,
      browser: nameBrowser(ctx.req.headers['user-agent']),
      address: ip,
    },
    ttl,
  )
  await audit({
    tenantId: person.tenantId,
    actor: `phone-user:${person.userId}`,
    action: 'device.connected',
    outcome: 'success',
    target: `app:${clientId}`,
    requestId: ctx.response.get('x-request-id') || null,
    details: { sessionId: id, address: ip ?? 'unknown', approvedFrom: ctx.ip, host: new URL(site.origin).host },
  })
}

/** Lists native apps when they redeem their code, and notes when devices and apps were last used. */
export function withListedUses(adapter: Adapter, parts: ListingParts): Adapter {
  return {
    ...adapter,
    async upsert(id, payload, ttl) {
      await adapter.upsert(id, payload, ttl)
      await noteUse(parts, payload, ttl ?? SESSION_ABSOLUTE)
    },
  }
}

async function noteUse({ site, clock, personSessions }: ListingParts, token: AdapterPayload, ttl: number) {
  const { accountId = '', grantId = '', clientId, sessionUid, authTime } = token
  const { client, entities } = Provider.ctx?.oidc ?? {}
  const isDevice = client?.grantTypeAllowed(DEVICE_GRANT)
  if (!client || !(isDevice || client.applicationType === 'native')) return
  const { RotatedRefreshToken: before } = entities ?? {}
  const now = clock()
  if (!isUseToNote(before?.iat, now)) return
  const known = await personSessions.find(grantId)
  if (known) return personSessions.note({ ...known, usedAt: now, expiresAt: now + ttl }, ttl)
  const person = readAccountId(site, accountId)
  // A grant that is no longer listed has ended.
  if (isDevice || before || !person) return
  const loginAt = authTime ?? now
  const times = { loginAt, createdAt: now, usedAt: now, expiresAt: now + ttl }
  const session = { ...person, ...times, origin: site.origin, accountId, target: grantId, sessionUid, clientId }
  await personSessions.note({ ...session, id: v7(), kind: 'app', browser: {} }, ttl)
}

/**
 * Wraps the storage that the provider of one host uses: a grant that it ends is listed no longer. It ends a device when
 * the device's app asks (RFC 7009), or a token was used twice.
 */
export function unlistingGrants(
  records: Records,
  { personSessions, audit }: Pick<ListingParts, 'personSessions' | 'audit'>,
): Records {
  return {
    ...records,
    async remove(kind, id) {
      const listed = kind === 'Grant' ? await personSessions.find(id) : undefined
      if (listed?.kind === 'device') {
        const { tenantId, clientId, userId } = listed
        const details = { sessionId: listed.id, reason: 'revoked', userId }
        const who = { actor: `app:${clientId}`, target: `app:${clientId}` }
        await audit({ tenantId, ...who, action: 'device.removed', outcome: 'success', requestId: null, details })
      }
      if (listed) await personSessions.remove(id)
      await records.remove(kind, id)
    },
  }
}
