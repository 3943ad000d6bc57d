import type { Connection, CredentialUse } from '@jackfield/contract/internal/internal-api'
import { explainRefusal } from '@jackfield/microsoft-identity/aadsts'
import { requestAppOnlyToken } from '@jackfield/microsoft-identity/app-only-token'
import type { MicrosoftOrigins } from '@jackfield/microsoft-identity/clouds'
import type { EntraFailure } from '@jackfield/microsoft-identity/entra-failure'
import { type DirectoryFailure, throttledFor } from '../../domain/directory-failure.ts'

/** A token is renewed this long before it expires, so that none expires in flight. */
const SPARE_MS = 5 * 60_000
const MOST_TOKENS = 10_000

type TokenAnswer = { kind: 'token'; accessToken: string } | DirectoryFailure
/** During a credential rotation: reports to the registry which credential Entra ID accepted. */
export type TellUse = (connection: Connection, use: CredentialUse) => Promise<void>
export type AppOnlyTokens = {
  get(connection: Connection, origins: MicrosoftOrigins): Promise<TokenAnswer>
  /** Graph refused the token: the next `get` requests a new one. */
  forget(connection: Connection, accessToken: string): void
}

/** Tokens of the accounts' applications, in memory only. Concurrent requests of one account share one answer. */
export function appOnlyTokens(tellUse: TellUse, now: () => number = Date.now): AppOnlyTokens {
  const held = new Map<string, { accessToken: string; until: number }>()
  const asked = new Map<string, Promise<TokenAnswer>>()

  async function request(key: string, connection: Connection, origins: MicrosoftOrigins): Promise<TokenAnswer> {
    const answer = await requestAppOnlyToken(connection, origins, now())
    if (answer.kind === 'no-credential') return { kind: 'unauthorised', message: 'The account has no credential.' }
    if (answer.kind !== 'token') return answer.wait ? throttledFor(answer.wait) : readFailure(answer.failure)
    // Reported with every token until the registry has recorded it; a failure does not stop the run.
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

/** An account connected to another application or directory needs another token. */
function keyOf({ accountId, clientId, directoryId, cloud }: Connection): string {
  return [accountId, clientId, directoryId, cloud].join(' ')
}

function readFailure(failure: EntraFailure): DirectoryFailure {
  if (failure.kind === 'untrusted-certificate') return { ...failure, host: 'Entra ID' }
  if (failure.kind !== 'refused') return { kind: 'unavailable' }
  if (failure.error === 'temporarily_unavailable' || failure.error === 'server_error') return { kind: 'unavailable' }
  const { message, remedy } = explainRefusal(failure)
  return { kind: 'unauthorised', message: `${message} ${remedy}`.trim() }
}
