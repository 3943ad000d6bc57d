import type { LiveSession, PersonSession } from '../domain/person-session.ts'
import type { PersonId } from '../domain/sign-in/account-id.ts'
import type { OpenIdProvider, Ports } from '../ports.ts'
import { findSignInSite } from '../sites/site-plugin.ts'

type Needs = Pick<Ports, 'registry' | 'providers' | 'personSessions'>

/** Sessions of a page of a person. */
const PAGE = 100
/** Few, so that a long list leaves connections to the store to others (T-130). */
const READ_AT_ONCE = 20

/**
 * Providers of the sessions' hosts, each found once; undefined for a host that no longer exists, or belongs to another
 * tenant now.
 */
function providersOf({ registry, providers }: Needs) {
  const found = new Map<string, Promise<OpenIdProvider | undefined>>()
  async function find({ origin, tenantId }: PersonSession): Promise<OpenIdProvider | undefined> {
    const site = await findSignInSite(registry, new URL(origin).host)
    if (!site || (site.kind === 'tenant' && site.tenant.id !== tenantId)) return undefined
    return providers(site)
  }
  return (session: PersonSession) => {
    const key = `${session.origin} ${session.tenantId}`
    const known = found.get(key) ?? find(session)
    found.set(key, known)
    return known
  }
}

/** The sessions that have not ended, as they are now. Native apps are listed by themselves, not with their browser. */
export async function findLiveSessions(ports: Needs, sessions: readonly PersonSession[]): Promise<LiveSession[]> {
  const providerOf = providersOf(ports)
  const native = new Set(
    (await ports.registry.listApps()).flatMap(({ kind, clientId }) => (kind === 'native' ? [clientId] : [])),
  )
  const found: Array<LiveSession | undefined> = []
  for (let from = 0; from < sessions.length; from += READ_AT_ONCE) {
    const some = sessions.slice(from, from + READ_AT_ONCE)
    found.push(...(await Promise.all(some.map(async (session) => (await providerOf(session))?.findLive(session)))))
  }
  return found
    .filter((session) => session !== undefined)
    .map((session) =>
      session.kind === 'browser'
        ? { ...session, clientIds: session.clientIds.filter((id) => !native.has(id)) }
        : session,
    )
}

/** All sessions of a person, newest first, a page at a time. */
export async function* pagesOfPerson({ personSessions }: Needs, person: PersonId): AsyncGenerator<PersonSession[]> {
  for (let before: string | undefined; ; ) {
    const page = await personSessions.listOfPerson(person, { before, limit: PAGE })
    if (page.length > 0) yield page
    if (page.length < PAGE) return
    before = page.at(-1)?.id
  }
}

/**
 * Ends sessions with their tokens: refresh tokens are refused at once, access tokens at introspection and userinfo. One that
 * cannot be ended stays listed and delays no other.
 *
 * @throws the first failure, once all others have ended
 */
export async function endSessions(ports: Needs, sessions: readonly PersonSession[]): Promise<void> {
  const providerOf = providersOf(ports)
  const failures: unknown[] = []
  for (const session of sessions) await endOne(session).catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]

  async function endOne(session: PersonSession): Promise<void> {
    const { kind, accountId, target } = session
    const provider = await providerOf(session)
    if (kind === 'browser') await provider?.endSession(accountId, target)
    else await provider?.endGrant(target)
    await ports.personSessions.remove(target)
  }
}
