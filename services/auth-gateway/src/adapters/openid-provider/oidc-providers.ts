import { LRUCache } from 'lru-cache'
import { homeOf, namespaceOf, type SignInSite } from '../../domain/site.ts'
import type { Clock, LogoutNotices, OpenIdProvider, OpenIdProviders, PersonSessions, Records } from '../../ports.ts'
import type { PlatformKeys } from '../platform-keys.ts'
import { findLostAttempt, findOwnBrowser, resumedAttempt, toAttempt, toResult } from './oidc-attempts.ts'
import { type Instance, type InstanceParts, makeInstance } from './oidc-instance.ts'
import { findLogin, notingSessionHomes, SESSION_HOMES, type SessionMemory, sessionMemory } from './oidc-login.ts'
import { endGrant, endSession, findLive } from './oidc-sessions.ts'
import { orAbsent } from './outages.ts'
import { unlistingGrants } from './session-listing.ts'

type Parts = InstanceParts & { keys: () => Promise<PlatformKeys> }

/** Of oidc-provider's instances. Each takes 250 KiB and half a millisecond to make. */
const MOST_INSTANCES = 250

/**
 * Makes one OpenID Provider for each tenant on each of its hosts and for each shared host. The library's instance is made
 * for protocol requests only: reading a session needs none, and ingresses ask for sessions of every tenant.
 */
export function oidcProviders(parts: Parts): OpenIdProviders {
  const providers = new WeakMap<SignInSite, { version: string; provider: OpenIdProvider }>()
  const instances = new LRUCache<string, Instance>({ max: MOST_INSTANCES })
  const memory = sessionMemory(parts.records(SESSION_HOMES))
  return async (site) => {
    const keys = await parts.keys()
    const known = providers.get(site)
    if (known?.version === keys.version) return known.provider
    const own = notingSessionHomes(parts.records(namespaceOf(site)), memory, homeOf(site))
    const records = unlistingGrants(own, { personSessions: parts.personSessions, audit: parts.records.audit })
    const instance = () => {
      // Tokens and pages carry slug and name: a renamed tenant gets a new instance over the same state.
      const key = JSON.stringify([site.kind === 'tenant' ? site.tenant : 'shared', site.origin, keys.version])
      const found = instances.get(key) ?? makeInstance(parts, site, keys, records)
      instances.set(key, found)
      return found
    }
    const { logoutNotices, personSessions, clock } = parts
    const holder = { logoutNotices, personSessions, clock, site, keys, own, records, memory, instance }
    const provider = openIdProvider(holder)
    providers.set(site, { version: keys.version, provider })
    return provider
  }
}

type Holder = {
  logoutNotices: Pick<LogoutNotices, 'add'>
  personSessions: Pick<PersonSessions, 'remove'>
  clock: Clock
  site: SignInSite
  keys: PlatformKeys
  /** The host's records; `records` take what ends off the lists, too. */
  own: Records
  records: Records
  memory: SessionMemory
  instance: () => Instance
}

function openIdProvider(holder: Holder): OpenIdProvider {
  const { clock, site, keys, records, memory, instance } = holder
  const place = { namespace: namespaceOf(site), home: homeOf(site), records, cookieSigner: keys.cookieSigner, clock }
  return {
    async handle(request, response, { path, browser, browsers: known, look }) {
      const resumed = resumedAttempt(path)
      // A sibling host can plant the resume cookie, which has a path, but not the `__Host-` cookie of the browser
      // (T-21).
      const own = resumed ? await findOwnBrowser(records, resumed, known) : undefined
      if (resumed && !own) request.headers.cookie = ''
      const { visits, callback, wrongCodes } = instance()
      visits.set(request, { browser: own ?? browser, browsers: known, look })
      await callback(request, response)
      return { isWrongUserCode: wrongCodes.has(request) }
    },
    async findAttempt(request, response, browsers) {
      const { provider } = instance()
      const details = await orAbsent(provider.interactionDetails(request, response))
      const browser = details && (await findOwnBrowser(records, details.uid, browsers))
      if (!details || !browser) return undefined
      const client = await provider.Client.find(String(details.params.client_id))
      return client && toAttempt(details, client.clientName ?? client.clientId, site, browser)
    },
    findLostAttempt: (uid, browsers) => findLostAttempt(records, uid, browsers),
    findLive: (session) => findLive(records, session),
    endSession: (accountId, uid) => endSession({ ...holder, provider: instance().provider }, accountId, uid),
    endGrant: (grantId) => endGrant(holder.own, grantId),
    findLogin: (cookieHeader) => findLogin(place, memory, cookieHeader),
    endAttempt: (request, response, _attempt, result) =>
      instance().provider.interactionResult(request, response, toResult(result, clock()), {
        mergeWithLastSubmission: result.kind !== 'refused',
      }),
  }
}
