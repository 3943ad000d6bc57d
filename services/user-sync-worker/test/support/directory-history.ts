import type { DirectoryControl } from '@jackfield/m365-emulator/control/directory-control'
import type { SeededRandom } from './seeded-random.ts'

type Known = { id: string; state: 'live' | 'deleted' | 'purged' }

/**
 * What happens in a directory over time, by chance: people come, change, swap names, are disabled, deleted, restored,
 * purged.
 */
export function directoryHistory(directory: DirectoryControl, random: SeededRandom) {
  const domain = directory.domains[0] ?? ''
  const people: Known[] = directory.users().map(({ id }) => ({ id, state: 'live' }))
  let counter = 0
  const those = (state: Known['state']) => people.filter((person) => person.state === state)

  const deeds: Array<() => void> = [
    () => {
      counter += 1
      const { id } = directory.addUser({
        id: random.uuid(),
        userPrincipalName: `came${counter}@${domain}`,
        displayName: `Came ${counter}`,
      })
      people.push({ id, state: 'live' })
    },
    () => change({ displayName: `Name ${random.below(1_000)}` }),
    () =>
      change({
        mail: random.chance(0.5) ? null : `mail${random.below(1_000)}@${domain}`,
        mobilePhone: random.chance(0.5) ? null : '+1 425',
      }),
    () =>
      change({
        department: random.chance(0.3) ? null : `Department ${random.below(5)}`,
        jobTitle: `Title ${random.below(5)}`,
      }),
    () => change({ employeeId: random.chance(0.3) ? null : `E${random.below(1_000)}` }),
    () => withLive(({ id }) => (random.chance(0.5) ? directory.disableUser(id) : directory.enableUser(id))),
    () =>
      withLive((person) => {
        directory.deleteUser(person.id)
        person.state = 'deleted'
      }),
    () => {
      const gone = those('deleted')
      if (gone.length === 0) return
      const person = random.pick(gone)
      if (random.chance(0.7)) directory.restoreUser(person.id)
      else directory.purgeUser(person.id)
      person.state = directory.users().some(({ id }) => id === person.id) ? 'live' : 'purged'
    },
    () => {
      const live = those('live')
      if (live.length < 2) return
      const [one, two] = [directory.user(random.pick(live).id), directory.user(random.pick(live).id)]
      if (one.id === two.id) return
      counter += 1
      directory.changeUser(one.id, { userPrincipalName: `between${counter}@${domain}` })
      directory.changeUser(two.id, { userPrincipalName: one.userPrincipalName })
      directory.changeUser(one.id, { userPrincipalName: two.userPrincipalName })
    },
  ]
  const withLive = (work: (person: Known) => unknown) => {
    const live = those('live')
    if (live.length > 0) work(random.pick(live))
  }
  const change = (properties: object) => withLive(({ id }) => directory.changeUser(id, properties))
  return {
    people,
    step: () => random.pick(deeds)(),
  }
}
