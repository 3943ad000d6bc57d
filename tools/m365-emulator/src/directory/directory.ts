import { randomUUID } from 'node:crypto'
import { computedPopulation } from '../population/population.ts'
import type { PopulationSeed } from '../population/population-seed.ts'
import { type Application, ApplicationChange, ApplicationSeed } from './application.ts'
import { ChangeLog, type UserChanged } from './change-log.ts'
import type { Clock } from './clock.ts'
import type { Policy } from './conditional-access.ts'
import type { Secret } from './credentials.ts'
import type { GroupChanged } from './group.ts'
import { GroupStore } from './group-store.ts'
import type { Photo } from './photo.ts'
import type { DirectorySeed } from './seed.ts'
import { GrantSeed, type ServicePrincipal } from './service-principal.ts'
import { UserStore } from './user-store.ts'

/** One Entra directory: its users and groups, its registrations, and the enterprise applications it knows. */
export class Directory {
  readonly id: string
  readonly displayName: string
  readonly domains: readonly string[]
  allowUserConsent: boolean
  readonly nationalCloud: string | undefined
  readonly usersDelta: boolean
  readonly population: PopulationSeed | undefined
  conditionalAccess: readonly Policy[]
  readonly changes: ChangeLog<UserChanged>
  readonly users: UserStore
  readonly groups: GroupStore
  /** Read by the delta queries of each kind. */
  readonly logs: { users: ChangeLog<UserChanged>; groups: ChangeLog<GroupChanged> }
  /** By user id. */
  readonly photos = new Map<string, Photo>()
  readonly applications = new Map<string, Application>()
  readonly principals = new Map<string, ServicePrincipal>()
  /** Delta tokens of an older generation are expired. */
  deltaGeneration = 0

  constructor(seed: DirectorySeed, clock: Clock) {
    this.id = seed.id.toLowerCase()
    this.displayName = seed.displayName
    this.domains = seed.domains.map((domain) => domain.toLowerCase())
    this.allowUserConsent = seed.allowUserConsent
    this.nationalCloud = seed.nationalCloud
    this.usersDelta = seed.usersDelta
    this.conditionalAccess = seed.conditionalAccess
    this.changes = new ChangeLog(clock)
    this.population = seed.population
    const population = seed.population && computedPopulation(seed.population, this.domains[0] as string)
    this.users = new UserStore(this.changes, () => clock.now(), population)
    this.logs = { users: this.changes, groups: new ChangeLog(clock) }
    this.groups = new GroupStore(this.logs.groups, this.users)
    for (const user of seed.users) this.users.add(user)
    for (const group of seed.groups) this.groups.add(group)
    this.changes.listen(({ userId, properties }) => {
      if (properties === 'whole') this.groups.userChanged(userId, this.users.state(userId))
    })
    for (const application of seed.applications) this.register(application)
    for (const grant of seed.grants) this.grant(grant)
  }

  register(seed: ApplicationSeed): Application {
    const application = { ...ApplicationSeed.parse(seed), homeDirectoryId: this.id }
    this.applications.set(application.appId, application)
    this.principal(application.appId)
    return application
  }

  changeApplication(appId: string, change: ApplicationChange): Application {
    const known = Object.fromEntries(Object.entries(ApplicationChange.parse(change)).filter(([key]) => key in change))
    const application = { ...this.#ownApplication(appId), ...known } as Application
    this.applications.set(appId, application)
    return application
  }

  addSecret(appId: string, secret: Secret): void {
    this.#ownApplication(appId).secrets.push(secret)
  }

  expireSecrets(appId: string, now: Date): void {
    const application = this.#ownApplication(appId)
    application.secrets = application.secrets.map((secret) => ({ ...secret, endDateTime: now.toISOString() }))
  }

  removeSecret(appId: string, keyId: string): void {
    const application = this.#ownApplication(appId)
    application.secrets = application.secrets.filter((secret) => secret.keyId !== keyId)
  }

  /** Creates the application's service principal if there is none yet, as consent does. */
  grant(seed: GrantSeed, now = 0): ServicePrincipal {
    const grant = GrantSeed.parse(seed)
    const principal = this.principal(grant.appId)
    for (const role of grant.roles) {
      if (!principal.roles.has(role)) principal.grantedAt.set(role, now)
      principal.roles.add(role)
    }
    principal.everyUser = grant.everyUser
    principal.enabled = grant.enabled
    principal.assignmentRequired = grant.assignmentRequired
    principal.assignedUsers = new Set(grant.assignedUsers)
    return principal
  }

  /** Grants these application permissions, and the registration's delegated ones for every user. */
  consent(appId: string, roles: readonly string[], now: number): void {
    const principal = this.principal(appId)
    for (const role of roles) {
      if (!principal.roles.has(role)) principal.grantedAt.set(role, now)
      principal.roles.add(role)
    }
    principal.everyUser = true
  }

  withdraw(appId: string, roles?: readonly string[]): void {
    const principal = this.principals.get(appId)
    if (!principal) return
    for (const role of roles ?? [...principal.roles]) principal.roles.delete(role)
    if (roles) return
    principal.everyUser = false
    principal.consentedUsers.clear()
  }

  /** Removes the enterprise application, as an administrator can. */
  forget(appId: string): void {
    this.principals.delete(appId)
  }

  principal(appId: string): ServicePrincipal {
    const known = this.principals.get(appId)
    if (known) return known
    const principal = {
      id: randomUUID(),
      appId,
      enabled: true,
      roles: new Set<string>(),
      grantedAt: new Map<string, number>(),
      everyUser: false,
      assignmentRequired: false,
      assignedUsers: new Set<string>(),
      consentedUsers: new Set<string>(),
    }
    this.principals.set(appId, principal)
    return principal
  }

  #ownApplication(appId: string): Application {
    const application = this.applications.get(appId)
    if (!application) throw new Error(`No application ${appId} is registered in ${this.displayName}.`)
    return application
  }
}

/** Whether this is the directory's id or one of its domains. */
export function isNamed(directory: Directory | undefined, idOrDomain: string | undefined): boolean {
  if (directory === undefined || idOrDomain === undefined) return false
  return directory.id === idOrDomain || directory.domains.includes(idOrDomain)
}
