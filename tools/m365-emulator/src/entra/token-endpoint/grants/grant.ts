import type { Cloud } from '../../../cloud.ts'
import type { Application } from '../../../directory/application.ts'
import type { Authority } from '../../authority.ts'
import type { PresentedCredential } from '../../client-authentication/client-authentication.ts'
import type { Refusal } from '../../errors/aadsts.ts'

export type TokenBody = Readonly<Record<string, string | undefined>>

export type TokenRequest = {
  authority: Exclude<Authority, { kind: 'unknown' }>
  body: TokenBody
  clientId: string
  application: Application | undefined
  origin: string | undefined
  credential: PresentedCredential
}

export type TokenResult = { cors: boolean } & (
  | { kind: 'tokens'; tokens: Record<string, unknown> }
  | { kind: 'refuse'; refusal: Refusal }
)

export type GrantHandler = (cloud: Cloud, request: TokenRequest) => TokenResult | Promise<TokenResult>

export function refuseWith(refusal: Refusal, cors = false): TokenResult {
  return { kind: 'refuse', refusal, cors }
}
