import { randomBytes, randomUUID } from 'node:crypto'
import type { Account, Directories } from '../../directory/directories.ts'

export type SignedIn = { directoryId: string; userId: string; at: number; sid: string; amr: readonly string[] }

type Session = { accounts: SignedIn[] }

/** The Microsoft sessions by browser; one session may hold several accounts. */
export class MicrosoftSessions {
  readonly #sessions = new Map<string, Session>()
  readonly #secondFactors = new Map<string, string>()
  readonly #participants = new Map<string, Set<string>>()

  /** Leaves out accounts that are disabled, deleted or revoked. */
  accounts(id: string | undefined, directories: Directories): (SignedIn & Account)[] {
    const found = this.#sessions.get(id ?? '')?.accounts ?? []
    return found.flatMap((signedIn) => {
      const directory = directories.find(signedIn.directoryId)
      const user = directory?.users.find(signedIn.userId)
      if (!directory || !user?.accountEnabled) return []
      return signedIn.at >= directory.users.sessionsValidAfter(user.id) ? [{ ...signedIn, directory, user }] : []
    })
  }

  /** Makes a new session id at each sign-in, against session fixation. */
  signIn(
    previous: string | undefined,
    { directory, user }: Account,
    now: number,
    amr: readonly string[] = ['pwd'],
  ): { id: string; signedIn: SignedIn } {
    const others = (this.#sessions.get(previous ?? '')?.accounts ?? []).filter(({ userId }) => userId !== user.id)
    const signedIn = { directoryId: directory.id, userId: user.id, at: now, sid: randomUUID(), amr }
    const id = randomBytes(24).toString('base64url')
    this.#sessions.delete(previous ?? '')
    this.#sessions.set(id, { accounts: [...others, signedIn] })
    return { id, signedIn }
  }

  /** Ends one account's part, or without `account` the whole session. */
  signOut(id: string | undefined, account?: SignedIn): void {
    const left = account ? (this.#sessions.get(id ?? '')?.accounts ?? []).filter(({ sid }) => sid !== account.sid) : []
    if (left.length > 0) this.#sessions.set(id ?? '', { accounts: left })
    else this.#sessions.delete(id ?? '')
  }

  /** Called after the right password. The returned proof ties the second factor to this attempt. */
  beginSecondFactor(account: string): string {
    const proof = randomBytes(24).toString('base64url')
    this.#secondFactors.set(proof, account)
    return proof
  }

  endSecondFactor(proof: string): string | undefined {
    const account = this.#secondFactors.get(proof)
    this.#secondFactors.delete(proof)
    return account
  }

  /** Ends all, or those of one directory's accounts. */
  clear(directory?: string): void {
    for (const [id, { accounts }] of this.#sessions) {
      const left = accounts.filter(({ directoryId }) => directory !== undefined && directoryId !== directory)
      if (left.length > 0) this.#sessions.set(id, { accounts: left })
      else this.#sessions.delete(id)
    }
    for (const [proof, account] of this.#secondFactors)
      if (account.startsWith(directory ?? '')) this.#secondFactors.delete(proof)
  }

  /** Applications that used this session, to be called by front-channel logout. */
  participants(sid: string): ReadonlySet<string> {
    return this.#participants.get(sid) ?? new Set()
  }

  participate(sid: string, appId: string): void {
    this.#participants.set(sid, new Set([...this.participants(sid), appId]))
  }
}
