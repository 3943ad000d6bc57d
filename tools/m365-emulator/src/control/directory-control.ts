import { randomBytes, randomUUID } from 'node:crypto'
import type { Cloud } from '../cloud.ts'
import type { Application, ApplicationChange, ApplicationSeed } from '../directory/application.ts'
import { PolicySeed } from '../directory/conditional-access.ts'
import { Secret } from '../directory/credentials.ts'
import type { Group, GroupChange, GroupSeed } from '../directory/group.ts'
import { type PhotoSeed, readPhoto } from '../directory/photo.ts'
import type { DirectorySeedInput } from '../directory/seed.ts'
import type { GrantSeed } from '../directory/service-principal.ts'
import type { User, UserChange, UserSeed } from '../directory/user.ts'
import type { ChangeScriptInput, PlayedChange } from '../population/change-script.ts'
import { playChanges } from '../population/play-changes.ts'
import { resetDirectory, type Snapshot, takeSnapshot } from '../state/snapshot.ts'
import type { Switches } from '../switches.ts'
import { issueTokensOfApplication, issueTokensOfUser, type TokenAnswer, type UserTokenRequest } from './issue-tokens.ts'

const TWO_YEARS = 2 * 365 * 24 * 60 * 60 * 1000

export type NewSecret = { keyId: string; secretText: string; hint: string; endDateTime: string }

/** What an administrator of one directory can do, as functions for tests and journeys. */
export type DirectoryControl = {
  id: string
  displayName: string
  domains: readonly string[]
  /** All users, or `limit` of them from position `start`: a computed directory may hold millions. */
  users(slice?: { start?: number; limit?: number }): User[]
  /** Number of users, and how many of them are held in memory. */
  size(): { users: number; held: number }
  /** By id or user principal name. */
  user(idOrName: string): User
  addUser(seed: UserSeed): User
  changeUser(idOrName: string, change: UserChange): User
  disableUser(idOrName: string): User
  enableUser(idOrName: string): User
  /** Moves the user to the recycle bin. */
  deleteUser(idOrName: string): void
  restoreUser(id: string): User
  /** Removes the user for good, from the directory or the recycle bin. */
  purgeUser(idOrName: string): void
  /** Ends the user's Microsoft sessions and refresh tokens. */
  revokeSessions(idOrName: string): void
  setPhoto(idOrName: string, photo: PhotoSeed | null): void
  /** Plays hires, departures, renames, moves and more, drawn from a seed. */
  playChanges(script: ChangeScriptInput): PlayedChange[]
  groups(): Group[]
  /** Members are given by id. */
  addGroup(seed: GroupSeed): Group
  changeGroup(id: string, change: GroupChange): Group
  deleteGroup(id: string): void
  addMember(groupId: string, memberId: string): void
  removeMember(groupId: string, memberId: string): void
  applications(): Application[]
  registerApplication(seed: ApplicationSeed): Application
  changeApplication(appId: string, change: ApplicationChange): Application
  addSecret(appId: string, secret?: { value?: string; displayName?: string; endDateTime?: string }): NewSecret
  removeSecret(appId: string, keyId: string): void
  /** Expires every secret now: AADSTS7000222. */
  expireSecrets(appId: string): void
  /** Admin consent: application permissions by name, and sign-in for every user unless `everyUser: false`. */
  grantConsent(appId: string, grant?: Omit<GrantSeed, 'appId'>): void
  /** Withdraws these application permissions, or without a list every consent. */
  withdrawConsent(appId: string, roles?: readonly string[]): void
  /** Removes the enterprise application: the directory no longer knows it. */
  removeEnterpriseApplication(appId: string): void
  /** Tokens as after a sign-in with consent, without one. */
  userTokens(idOrName: string, request: UserTokenRequest): TokenAnswer
  /** The application's own token for Graph. */
  applicationTokens(appId: string): TokenAnswer
  /** Conditional Access: these policies in place of those before. */
  setConditionalAccess(policies: readonly PolicySeed[]): void
  /** Delta links issued so far answer 400 `syncStateNotFound`. */
  expireDeltaTokens(): void
  /** Moves the clock of this directory forward. */
  advanceTime(milliseconds: number): void
  /** Adds a signing key for this directory; `keepOld: false` withdraws the old ones at once. */
  rollKeys(options?: { keepOld?: boolean }): Promise<void>
  /** This directory as it is now, for `restore()`. */
  snapshot(): Snapshot
  /** Back to how this directory started or was added, with its switches and clock. */
  reset(): void
  /** Switches of this directory. Assign to change; the others show those for all. */
} & Switches

/** Adds a directory after the start. */
export function addDirectory(cloud: Cloud, seed: DirectorySeedInput): DirectoryControl {
  const { id } = cloud.directories.add(seed)
  cloud.added.set(id, seed)
  return directoryControl(cloud, id)
}

export function directoryControl(cloud: Cloud, idOrDomain: string): DirectoryControl {
  // Looked up at each call: a reset replaces the directory.
  const directory = () => {
    const found = cloud.directories.find(idOrDomain)
    if (!found) throw new Error(`There is no directory ${idOrDomain}.`)
    return found
  }
  const users = () => directory().users
  const groups = () => directory().groups
  const user = (idOrName: string) => {
    const found = users().find(idOrName)
    if (!found) throw new Error(`There is no user ${idOrName} in ${directory().displayName}.`)
    return found
  }
  const { id, displayName, domains } = directory()
  const own = cloud.of({ id })
  return {
    id,
    displayName,
    domains,
    users: ({ start = 0, limit = Number.POSITIVE_INFINITY } = {}) => users().slice(start, limit),
    size: () => ({ users: users().count(), held: users().held }),
    user,
    addUser: (seed) => users().add(seed),
    changeUser: (idOrName, change) => users().change(user(idOrName).id, change),
    disableUser: (idOrName) => users().change(user(idOrName).id, { accountEnabled: false }),
    enableUser: (idOrName) => users().change(user(idOrName).id, { accountEnabled: true }),
    deleteUser: (idOrName) => users().delete(user(idOrName).id),
    restoreUser: (id) => users().restore(id.toLowerCase()),
    purgeUser: (idOrName) => users().purge(users().find(idOrName)?.id ?? idOrName.toLowerCase()),
    revokeSessions: (idOrName) => users().revokeSessions(user(idOrName).id, own.clock.now()),
    setPhoto: (idOrName, photo) => {
      const { id } = user(idOrName)
      if (photo) directory().photos.set(id, readPhoto(photo))
      else directory().photos.delete(id)
    },
    playChanges: (script) => playChanges(directory(), script),
    groups: () => groups().all(),
    addGroup: (seed) => groups().add(seed),
    changeGroup: (id, change) => groups().change(id, change),
    deleteGroup: (id) => groups().delete(id),
    addMember: (groupId, memberId) => groups().addMember(groupId, memberId),
    removeMember: (groupId, memberId) => groups().removeMember(groupId, memberId),
    applications: () => [...directory().applications.values()],
    registerApplication: (seed) => directory().register(seed),
    changeApplication: (appId, change) => directory().changeApplication(appId.toLowerCase(), change),
    addSecret: (appId, { value, displayName, endDateTime } = {}) => {
      const text =
        value ?? `${randomBytes(2).toString('hex').slice(0, 3)}8Q~${randomBytes(25).toString('base64url').slice(0, 34)}`
      const end = endDateTime ?? new Date(own.clock.now() + TWO_YEARS).toISOString()
      const secret = Secret.parse({ keyId: randomUUID(), value: text, displayName, endDateTime: end })
      directory().addSecret(appId.toLowerCase(), secret)
      return { keyId: secret.keyId, secretText: text, hint: text.slice(0, 3), endDateTime: end }
    },
    // By the clock that is behind all others, as other directories may know the application, too.
    expireSecrets: (appId) => directory().expireSecrets(appId.toLowerCase(), cloud.clock.date()),
    removeSecret: (appId, keyId) => directory().removeSecret(appId.toLowerCase(), keyId),
    grantConsent: (appId, grant = {}) => void directory().grant({ ...grant, appId }, own.clock.now()),
    withdrawConsent: (appId, roles) => directory().withdraw(appId.toLowerCase(), roles),
    removeEnterpriseApplication: (appId) => directory().forget(appId.toLowerCase()),
    userTokens: (idOrName, request) => issueTokensOfUser(own, directory(), user(idOrName), request),
    applicationTokens: (appId) => issueTokensOfApplication(own, directory(), appId),
    setConditionalAccess: (policies) => {
      directory().conditionalAccess = policies.map((policy) => PolicySeed.parse(policy))
    },
    expireDeltaTokens: () => void directory().deltaGeneration++,
    advanceTime: (milliseconds) => own.clock.advance(milliseconds),
    rollKeys: (options) => own.keys.roll(options),
    snapshot: () => takeSnapshot(cloud, directory()),
    reset: () => resetDirectory(cloud, directory()),
    entra: own.entra,
    graph: own.graph,
    throttle: own.throttle,
    notifications: own.notifications,
    subscriptionLimits: own.subscriptionLimits,
  }
}
