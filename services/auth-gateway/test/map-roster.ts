import type { RosterEntry, SignInCandidates } from '@jackfield/contract/internal/internal-api'
import { ServiceCallError } from '@jackfield/internal-token/service-client'
import type { Roster } from '../src/ports.ts'

/** The roster as a list of people, which a test can take down. */
export function mapRoster() {
  const people: Array<RosterEntry & { tenantId: string }> = []
  const questions: string[] = []
  const outage = { isDown: false }
  const up = async <Value>(answer: Promise<Value>) => {
    if (outage.isDown) throw new ServiceCallError(0, 'unreachable', 'roster does not answer')
    return answer
  }
  const roster: Pick<Roster, 'findById' | 'findByIdentity' | 'findCandidates'> = {
    findById: async (tenantId, id) => people.find((person) => person.tenantId === tenantId && person.id === id),
    findByIdentity: async (tenantId, directoryId, objectId) =>
      people.find(
        (person) => person.tenantId === tenantId && person.directoryId === directoryId && person.objectId === objectId,
      ),
    findCandidates: async (address) => {
      questions.push(address)
      return candidatesOf(people, address)
    },
  }
  return {
    people,
    /** Addresses that were asked for. */
    questions,
    outage,
    findCandidates: async (address: string) => up(roster.findCandidates(address)),
    findById: async (...key: Parameters<Roster['findById']>) => up(roster.findById(...key)),
    findByIdentity: async (...key: Parameters<Roster['findByIdentity']>) => up(roster.findByIdentity(...key)),
    recheckById: async (...key: Parameters<Roster['findById']>) => up(roster.findById(...key)),
    recheckByIdentity: async (...key: Parameters<Roster['findByIdentity']>) => up(roster.findByIdentity(...key)),
  }
}

/** The roster's rule, over a list: by name, by mail, or like somebody of the domain. */
function candidatesOf(people: ReadonlyArray<RosterEntry & { tenantId: string }>, address: string): SignInCandidates {
  const allowed = people.filter(({ sso, status }) => sso && status === 'active')
  const having = (member: 'userPrincipalName' | 'mail', end: string) =>
    allowed.filter((each) => each[member]?.toLowerCase().endsWith(end))
  const named = allowed.filter(({ userPrincipalName }) => userPrincipalName.toLowerCase() === address)
  const exact = named.length > 0 ? named : allowed.filter(({ mail }) => mail?.toLowerCase() === address)
  const domain = address.slice(address.indexOf('@'))
  const found =
    exact.length > 0 ? exact : [...having('userPrincipalName', domain), ...having('mail', domain)].slice(0, 1)
  return found.map(({ tenantId, directoryId }) => ({ tenantId, directoryId }))
}
