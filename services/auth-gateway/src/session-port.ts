import type { SessionKind } from '@jackfield/contract/access/session'
import type { PersonSession } from './domain/person-session.ts'
import type { PersonId } from './domain/sign-in/account-id.ts'

/** Logins by the session at Microsoft with which they began and end. */
export type MicrosoftSessions = {
  note(sid: string, login: { origin: string; accountId: string; uid: string }): Promise<void>
  find(sid: string): Promise<Array<{ host: string; accountId: string; uid: string }>>
  forget(sid: string): Promise<void>
}

/** Of lists, newest first: older than the session `before`. */
export type SessionPage = { before: string | undefined; limit: number }

/** Sessions of people on all hosts, a tenant's own and shared ones (S62). One may have ended: ask `findLive`. */
export type PersonSessions = {
  note(session: PersonSession, ttl: number): Promise<void>
  /** `target`: uid of a browser's session, or grant of a device or app. */
  find(target: string): Promise<PersonSession | undefined>
  findById(id: string): Promise<PersonSession | undefined>
  listOfTenant(tenantId: string, kinds: readonly SessionKind[], page: SessionPage): Promise<PersonSession[]>
  listOfPerson(person: PersonId, page: SessionPage): Promise<PersonSession[]>
  /** How many of all tenants have not expired. */
  countByKind(): Promise<Record<SessionKind, number>>
  remove(target: string): Promise<void>
}
