import { randomBytes, randomUUID } from 'node:crypto'
import type { Account, Directories } from '../directory/directories.ts'

export type SignedIn = { directoryId: string; userId: string; at: number; sid: string }

type Session = { accounts: SignedIn[] }

/** What one browser is signed in to at Microsoft: possibly several accounts. */
export class MicrosoftSessions {
  readonly #sessions = new Map<string, Session>()

  /** Accounts still good: a disabled, deleted or revoked one is out. */
  accounts(id: string | undefined, directories: Directories): (SignedIn & Account)[] {
    const found = this.#sessions.get(id ?? '')?.accounts ?? []
    return found.flatMap((signedIn) => {
      const directory = directories.find(signedIn.directoryId)
      const user = directory?.users.find(signedIn.userId)
      if (!directory || !user?.accountEnabled) return []
      return signedIn.at >= directory.users.sessionsValidAfter(user.id) ? [{ ...signedIn, directory, user }] : []
    })
  }

  /** The id is new at each sign-in, so that a planted cookie gains nothing. */
  signIn(previous: string | undefined, { directory, user }: Account, now: number): { id: string; signedIn: SignedIn } {
    const others = (this.#sessions.get(previous ?? '')?.accounts ?? []).filter(({ userId }) => userId !== user.id)
    const signedIn = { directoryId: directory.id, userId: user.id, at: now, sid: randomUUID() }
    const id = randomBytes(24).toString('base64url')
    this.#sessions.delete(previous ?? '')
    this.#sessions.set(id, { accounts: [...others, signedIn] })
    return { id, signedIn }
  }

  signOut(id: string | undefined): void {
    this.#sessions.delete(id ?? '')
  }
}
