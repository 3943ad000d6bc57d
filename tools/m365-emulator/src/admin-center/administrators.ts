import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Cloud } from '../cloud.ts'
import type { NewSecret } from '../control/directory-control.ts'
import type { Account } from '../directory/directories.ts'

export const ADMIN_COOKIE = 'm365_emulator_admin'

/** A person's session in the practice admin center. */
export type AdminSession = {
  account: string
  since: number
  /** CSRF token of every form: another site cannot know it. */
  formToken: string
  /** Shown on the next page, once. */
  newSecret: (NewSecret & { appId: string }) | undefined
}

export class Administrators {
  readonly #sessions = new Map<string, AdminSession>()

  enter({ directory, user }: Account, now: number): string {
    const id = randomBytes(24).toString('base64url')
    const formToken = randomBytes(24).toString('base64url')
    this.#sessions.set(id, { account: `${directory.id}/${user.id}`, since: now, formToken, newSecret: undefined })
    return id
  }

  leave(id: string | undefined): void {
    this.#sessions.delete(id ?? '')
  }

  /** Undefined when the person is disabled, deleted or signed out. */
  find(id: string | undefined, { directories }: Cloud): (Account & { session: AdminSession }) | undefined {
    const session = this.#sessions.get(id ?? '')
    const account = session && directories.account(session.account)
    if (
      !session ||
      !account?.user.accountEnabled ||
      session.since < account.directory.users.sessionsValidAfter(account.user.id)
    )
      return undefined
    return { ...account, session }
  }
}

export function isFormToken({ formToken }: AdminSession, given: unknown): boolean {
  const [expected, sent] = [Buffer.from(formToken), Buffer.from(typeof given === 'string' ? given : '')]
  return expected.length === sent.length && timingSafeEqual(expected, sent)
}
