import type { Connection, CredentialUse } from '@jackfield/contract/internal-api'
import { explainRefusal } from '@jackfield/microsoft-identity/aadsts'
import { requestAppOnlyToken } from '@jackfield/microsoft-identity/app-only-token'
import type { MicrosoftOrigins } from '@jackfield/microsoft-identity/clouds'
import type { EntraFailure } from '@jackfield/microsoft-identity/entra-failure'
import { type DirectoryFailure, throttledFor } from '../../domain/directory-failure.ts'

/** Renewed this long before it ends, so that none ends on its way. */
const SPARE_MS = 5 * 60_000
const MOST_TOKENS = 10_000

type TokenAnswer = { kind: 'token'; accessToken: string } | DirectoryFailure
/** While one credential replaces another: tells the registry which one Entra ID took. */
export type TellUse = (connection: Connection, use: CredentialUse) => Promise<void>
export type AppOnlyTokens = {
  get(connection: Connection, origins: MicrosoftOrigins): Promise<TokenAnswer>
  /** Graph did not accept it: the next `get` asks for a new one. */
  forget(connection: Connection, accessToken: string): void
}

/** Tokens of the accounts' applications, in memory only. An account that asks twice at once waits for one answer. */
export function appOnlyTokens(tellUse: TellUse, now: () => number = Date.now): AppOnlyTokens {
  const held = new Map<string, { accessToken: string; until: number }>()
  const asked = new Map<string, Promise<TokenAnswer>>()

  async function request(key: string, connection: Connection, origins: MicrosoftOrigins): Promise<TokenAnswer> {
    const answer = await requestAppOnlyToken(connection, origins, now())
    if (answer.kind === 'no-credential') return { kind: 'unauthorised', message: 'The account has no credential.' }
    if (answer.kind !== 'token') return answer.wait ? throttledFor(answer.wait) : readFailure(answer.failure)
    // Told again with every token until the registry has heard it: the work does not wait for that.
    if (connection.rotation && answer.rotation)
      await tellUse(connection, {
        credentialId: connection.rotation.credentialId,
        worked: answer.rotation.worked,
      }).catch(() => undefined)
    const { accessToken, expiresAt } = answer.token
    if (held.size >= MOST_TOKENS) held.clear()
    held.set(key, { accessToken, until: expiresAt - SPARE_MS })
    return { kind: 'token', accessToken }
  }

  return {
    async get(connection, origins) {
      const key = keyOf(connection)
      const token = held.get(key)
      if (token && token.until > now()) return { kind: 'token', accessToken: token.accessToken }
      const pending = asked.get(key) ?? request(key, connection, origins).finally(() => asked.delete(key))
      asked.set(key, pending)
      return pending
    },
    forget(connection, accessToken) {
      const key = keyOf(connection)
      if (held.get(key)?.accessToken === accessToken) held.delete(key)
    },
  }
}

/** An account that is connected to another application or directory has another token. */
function keyOf({ accountId, clientId, directoryId, cloud }: Connection): string {
  return [accountId, clientId, directoryId, cloud].join(' ')
}

function readFailure(failure: EntraFailure): DirectoryFailure {
  if (failure.kind !== 'refused') return { kind: 'unavailable' }
  if (failure.error === 'temporarily_unavailable' || failure.error === 'server_error') return { kind: 'unavailable' }
  const { message, remedy } = explainRefusal(failure)
  return { kind: 'unauthorised', message: `${message} ${remedy}`.trim() }
}
