import type { Connection, CredentialUse } from '@jackfield/contract/internal/internal-api'
import type { ExplainedError } from '@jackfield/microsoft-identity/aadsts'
import type { ClockError, MicrosoftIdentity } from './domain/sign-in/microsoft-claims.ts'
import type { SignInAccount } from './domain/site.ts'

/** Why Microsoft gave no identity, without any text from Microsoft. */
export type MicrosoftFailure =
  | { kind: 'wrong-directory' }
  | { kind: 'refused'; code: string | undefined; error: ExplainedError | undefined; correlationId: string | undefined }
  /** Cancelled by the person or at the page "Need admin approval"; Microsoft does not say which. */
  | { kind: 'cancelled'; code: string | undefined; correlationId: string | undefined }
  | { kind: 'answer-used' }
  | { kind: 'rejected'; reason: string }
  | ClockError
  | { kind: 'malformed' }
  | { kind: 'unreachable' }
  | { kind: 'timeout' }
  /** Microsoft asks to send fewer requests. */
  | { kind: 'busy' }
  /** `code` is OpenSSL's. */
  | { kind: 'untrusted-certificate'; code: string }

export type IdentityOutcome = { kind: 'identity'; identity: MicrosoftIdentity } | MicrosoftFailure

export type AuthorizeQuestion = {
  redirectUri: string
  state: string
  nonce: string
  verifier: string
  loginHint: string | undefined
  domainHint: string | undefined
  prompt: 'login' | 'select_account' | undefined
}

export interface Microsoft {
  /** The credential that Entra ID accepts during a rotation; undefined when unknown. */
  tryRotation(connection: Connection): Promise<CredentialUse['worked'] | undefined>
  authorizeUrl(
    account: SignInAccount,
    question: AuthorizeQuestion,
  ): Promise<{ kind: 'url'; url: string } | MicrosoftFailure>
  redeem(
    connection: Connection,
    answer: URLSearchParams,
    expected: { redirectUri: string; state: string; nonce: string; verifier: string },
  ): Promise<IdentityOutcome>
  /** Token endpoint and scope for a code of the platform `spa`, which the browser redeems. */
  browserRedemption(
    account: SignInAccount,
  ): Promise<{ kind: 'redemption'; tokenEndpoint: string; scope: string } | MicrosoftFailure>
  accept(account: SignInAccount, idToken: string, nonce: string): Promise<IdentityOutcome>
  readErrorAnswer(answer: URLSearchParams): MicrosoftFailure
  /** Why a browser could not read the answer to its redemption of this code. */
  explainBlocked(account: SignInAccount, blocked: { code: string; redirectUri: string }): Promise<MicrosoftFailure>
}
