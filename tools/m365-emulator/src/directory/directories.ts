import type { Application } from './application.ts'
import type { Clock } from './clock.ts'
import { Directory } from './directory.ts'
import { DirectorySeed, type DirectorySeedInput } from './seed.ts'
import type { User } from './user.ts'

export type Account = { directory: Directory; user: User }

/** All directories of the emulated cloud. */
export class Directories {
  #byId = new Map<string, Directory>()
  #byDomain = new Map<string, Directory>()
  readonly #clockOf: (directoryId: string) => Clock
  readonly #onAdded: (directory: Directory) => void

  /** `onAdded` is called once a directory holds its seed. */
  constructor(clockOf: (directoryId: string) => Clock, onAdded: (directory: Directory) => void = () => undefined) {
    this.#clockOf = clockOf
    this.#onAdded = onAdded
  }

  add(seed: DirectorySeedInput): Directory {
    const parsed = DirectorySeed.parse(seed)
    const directory = new Directory(parsed, this.#clockOf(parsed.id.toLowerCase()))
    this.#register(directory)
    this.#onAdded(directory)
    return directory
  }

  #register(directory: Directory): void {
    if (this.#byId.has(directory.id)) throw new Error(`Directory ${directory.id} exists already.`)
    for (const domain of directory.domains) {
      if (this.#byDomain.has(domain)) throw new Error(`Domain ${domain} is verified in another directory.`)
      this.#byDomain.set(domain, directory)
    }
    this.#byId.set(directory.id, directory)
  }

  /** Puts the directories that `fill` adds in place of those not kept; if it throws, nothing is changed. */
  replace(fill: (directories: Directories) => void, kept: readonly Directory[] = []): void {
    const others = new Directories(this.#clockOf, this.#onAdded)
    for (const directory of kept) others.#register(directory)
    fill(others)
    this.#byId = others.#byId
    this.#byDomain = others.#byDomain
  }

  /** Finds an account by the value that forms carry: `<directory id>/<object id>`. */
  account(key: string): Account | undefined {
    const [directoryId = '', userId = ''] = key.split('/')
    const directory = this.#byId.get(directoryId)
    const user = directory?.users.find(userId)
    return directory && user ? { directory, user } : undefined
  }

  find(idOrDomain: string): Directory | undefined {
    return this.#byId.get(idOrDomain.toLowerCase()) ?? this.#byDomain.get(idOrDomain.toLowerCase())
  }

  all(): Directory[] {
    return [...this.#byId.values()]
  }

  findApplication(appId: string): Application | undefined {
    for (const directory of this.#byId.values()) {
      const application = directory.applications.get(appId.toLowerCase())
      if (application) return application
    }
    return undefined
  }

  /** Home-realm discovery: the domain of the user principal name decides the directory. */
  findAccount(userPrincipalName: string): Account | undefined {
    const directory = this.#byDomain.get(userPrincipalName.slice(userPrincipalName.lastIndexOf('@') + 1).toLowerCase())
    const user = directory?.users.find(userPrincipalName)
    return directory && user ? { directory, user } : undefined
  }
}
