import type { Directory } from '../directory/directory.ts'
import { seededRandom, weighted } from '../directory/random.ts'
import type { User } from '../directory/user.ts'
import { type ChangeKind, ChangeScript, type ChangeScriptInput, type PlayedChange } from './change-script.ts'
import { LOCALES, withoutAccents } from './names.ts'

type Play = (directory: Directory, random: () => number) => Omit<PlayedChange, 'kind'> | undefined

const TRIES = 50
const { given: GIVEN, surnames: SURNAMES } = LOCALES['en-US']

/** Applies a script to a directory as an administrator would: each change appears in lists, delta and notifications. */
export function playChanges(directory: Directory, input: ChangeScriptInput): PlayedChange[] {
  const { seed, count, mix } = ChangeScript.parse(input)
  const random = seededRandom(seed)
  const weights = Object.entries(mix) as [ChangeKind, number][]
  return Array.from({ length: count }, () => {
    const kind = weighted(weights, random())
    const played = PLAYS[kind](directory, random)
    if (played) return { kind, ...played }
    const renamed = PLAYS.rename(directory, random)
    return renamed ? { kind: 'rename', ...renamed } : { kind: 'hire', ...hire(directory, random) }
  })
}

const PLAYS: Readonly<Record<ChangeKind, Play>> = {
  hire,
  leave: ({ users }, random) => changeRandomUser(users, random, (id) => users.delete(id)),
  rename({ users }, random) {
    const user = randomUser(users, random)
    if (!user) return undefined
    const surname = pick(SURNAMES, random)
    const domain = user.userPrincipalName.slice(user.userPrincipalName.lastIndexOf('@'))
    const name = `${withoutAccents(user.givenName ?? 'user')}.${withoutAccents(surname)}.${token(random)}${domain}`
    users.change(user.id, {
      surname,
      displayName: `${user.givenName ?? 'User'} ${surname}`,
      userPrincipalName: name,
      mail: name,
    })
    return { userIds: [user.id] }
  },
  /** Takes three changes: a name must be free before it is used again. */
  'swap-names'({ users }, random) {
    const [a, b] = [randomUser(users, random), randomUser(users, random)]
    if (!a || !b || a.id === b.id) return undefined
    const names = ({ userPrincipalName, mail }: User) => ({ userPrincipalName, mail: mail ?? null })
    users.change(a.id, {
      userPrincipalName: `moving.${token(random)}${a.userPrincipalName.slice(a.userPrincipalName.lastIndexOf('@'))}`,
    })
    users.change(b.id, names(a))
    users.change(a.id, names(b))
    return { userIds: [a.id, b.id] }
  },
  disable: ({ users }, random) =>
    changeRandomUser(
      users,
      random,
      (id) => users.change(id, { accountEnabled: false }),
      ({ accountEnabled }) => accountEnabled,
    ),
  enable: ({ users }, random) =>
    changeRandomUser(
      users,
      random,
      (id) => users.change(id, { accountEnabled: true }),
      ({ accountEnabled }) => !accountEnabled,
    ),
  restore({ users }, random) {
    const deleted = users.deleted().filter(({ user }) => !users.find(user.userPrincipalName))
    return deleted.length > 0 ? { userIds: [users.restore(pick(deleted, random).user.id).id] } : undefined
  },
  purge({ users }, random) {
    const deleted = users.deleted()
    if (deleted.length === 0) return undefined
    const { id } = pick(deleted, random).user
    users.purge(id)
    return { userIds: [id] }
  },
  /** Moves a user from one group to another, or into a first one. */
  'move-group'({ users, groups }, random) {
    const user = randomUser(users, random)
    if (!user) return undefined
    const from = groups.groupsOf(user.id)[0]
    const others = groups.all().filter(({ id }) => !groups.groupsOf(user.id).some((group) => group.id === id))
    if (others.length === 0) return undefined
    const to = pick(others, random)
    if (from) groups.removeMember(from.id, user.id)
    groups.addMember(to.id, user.id)
    return { userIds: [user.id], groupIds: from ? [from.id, to.id] : [to.id] }
  },
}

function hire({ users, domains }: Directory, random: () => number) {
  const [givenName, surname] = [pick(GIVEN, random), pick(SURNAMES, random)]
  const name = `${withoutAccents(givenName)}.${withoutAccents(surname)}.${token(random)}@${domains[0]}`
  const id = `${token(random)}-${token(random).slice(4)}-4${token(random).slice(5)}-8${token(random).slice(5)}-${token(random)}${token(random).slice(4)}`
  users.add({ id, userPrincipalName: name, mail: name, displayName: `${givenName} ${surname}`, givenName, surname })
  return { userIds: [id] }
}

type Users = Directory['users']

function changeRandomUser(
  users: Users,
  random: () => number,
  act: (id: string) => void,
  matches?: (user: User) => boolean,
) {
  const user = randomUser(users, random, matches)
  if (!user) return undefined
  act(user.id)
  return { userIds: [user.id] }
}

/** Picks at random; after many misses, the next user that matches. */
function randomUser(
  users: Users,
  random: () => number,
  matches: (user: User) => boolean = () => true,
): User | undefined {
  let position = 0
  for (let attempt = 0; attempt < TRIES; attempt++) {
    position = Math.floor(random() * users.end)
    const user = users.at(position)
    if (user && matches(user)) return user
  }
  for (let step = 0; step < users.end; step++) {
    const user = users.at((position + step) % users.end)
    if (user && matches(user)) return user
  }
  return undefined
}

const token = (random: () => number) =>
  Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, '0')
const pick = <T>(items: readonly T[], random: () => number) => items[Math.floor(random() * items.length)] as T
