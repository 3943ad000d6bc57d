import {
  type Application,
  findRedirectTarget,
  nameApplication,
  type RedirectTarget,
} from '../../directory/application.ts'
import { type Authority, authorityKey, isMultiTenant, refuseAuthority } from '../authority.ts'
import type { Refusal } from '../errors/aadsts.ts'
import { refuseScope } from '../scopes.ts'
import type { EntraSettings } from '../settings.ts'

type ResponseMode = 'query' | 'fragment' | 'form_post'
export type Prompt = 'none' | 'login' | 'select_account' | 'consent' | undefined

export type AuthorizeRequest = {
  application: Application
  target: RedirectTarget
  responseType: { code: boolean; idToken: boolean }
  responseMode: ResponseMode
  state: string | undefined
  nonce: string | undefined
  scopes: readonly string[]
  prompt: Prompt
  loginHint: string | undefined
  domainHint: string | undefined
  challenge: { value: string; method: 'S256' | 'plain' } | undefined
}

export type Parameters = Readonly<Record<string, string | undefined>>
export type Answer = Pick<AuthorizeRequest, 'target' | 'responseMode' | 'state'>

type ReadRequest =
  | { kind: 'valid'; request: AuthorizeRequest }
  /** The redirect URI cannot be trusted: shows Microsoft's own error page. */
  | { kind: 'page'; refusal: Refusal }
  | { kind: 'redirect'; refusal: Refusal; answer: Answer }

/** Validates client and redirect URI first: only then may errors be sent to the application. */
export function readAuthorizeRequest(
  parameters: Parameters,
  authority: Authority,
  application: Application | undefined,
  { pkceRefusal }: Pick<EntraSettings, 'pkceRefusal'>,
): ReadRequest {
  const page = (refusal: Refusal): ReadRequest => ({ kind: 'page', refusal })
  if (authority.kind === 'unknown') {
    return page(refuseAuthority(authority))
  }
  if (!parameters.client_id) return page({ code: 900144, values: { name: 'client_id' } })
  if (!application || !isKnownAt(application, authority)) {
    return page({ code: 700016, values: { app: parameters.client_id, tenant: nameOf(authority) } })
  }
  if (application.signInAudience === 'AzureADMyOrg' && isMultiTenant(authority)) {
    return page({ code: 50194, values: { ...nameApplication(application), authority: authority.kind } })
  }
  const target = chooseTarget(application, parameters.redirect_uri)
  if (target === 'none') return page({ code: 500113 })
  if (target === 'unregistered')
    return page({ code: 50011, values: { app: application.appId, uri: parameters.redirect_uri ?? '' } })

  const responseType = readResponseType(parameters.response_type)
  const responseMode = readResponseMode(parameters.response_mode, responseType)
  const answer: Answer = {
    target,
    responseMode: responseMode ?? (responseType.idToken ? 'fragment' : 'query'),
    state: parameters.state,
  }
  const refusal = responseMode
    ? refuseParameters(parameters, authority, { target, application, responseType }, pkceRefusal)
    : { code: 70007, values: { mode: parameters.response_mode ?? '' } }
  if (refusal) return { kind: 'redirect', refusal, answer }
  return {
    kind: 'valid',
    request: {
      ...answer,
      application,
      responseType,
      nonce: parameters.nonce,
      scopes: (parameters.scope ?? '').split(' ').filter(Boolean),
      prompt: parameters.prompt as Prompt,
      loginHint: parameters.login_hint,
      domainHint: parameters.domain_hint,
      challenge: readChallenge(parameters),
    },
  }
}

function isKnownAt(application: Application, authority: Authority): boolean {
  if (authority.kind === 'consumers') return false // work-or-school applications only
  if (application.signInAudience === 'AzureADMultipleOrgs' || authority.kind !== 'directory') return true
  return application.homeDirectoryId === authority.directory.id
}

function nameOf(authority: Authority): string {
  return authority.kind === 'directory' ? authority.directory.displayName : authorityKey(authority)
}

function chooseTarget(
  { redirectUris, ...application }: Application,
  asked: string | undefined,
): RedirectTarget | 'none' | 'unregistered' {
  if (asked) return findRedirectTarget({ redirectUris, ...application }, asked) ?? 'unregistered'
  const [web] = redirectUris.web
  return web ? { uri: web, platform: 'web' } : 'none'
}

function readResponseType(asked = ''): AuthorizeRequest['responseType'] {
  const parts = asked.split(' ')
  return { code: parts.includes('code'), idToken: parts.includes('id_token') }
}

/** Tokens never travel in a query: fragment is their default, and `query` is refused. */
function readResponseMode(
  asked: string | undefined,
  { idToken }: AuthorizeRequest['responseType'],
): ResponseMode | undefined {
  if (idToken && asked === undefined) return 'fragment'
  if (!idToken && (asked === undefined || asked === 'query')) return 'query'
  return asked === 'fragment' || asked === 'form_post' ? asked : undefined
}

function readChallenge({
  code_challenge: value,
  code_challenge_method: method,
}: Parameters): AuthorizeRequest['challenge'] {
  // a challenge without a method is plain (RFC 7636 4.3)
  return value ? { value, method: method === 'S256' ? 'S256' : 'plain' } : undefined
}

/** A browser redeems the code of a `spa` redirect URI, so Entra ID demands PKCE for it. */
export function isPkceMissing({
  target,
  responseType,
  challenge,
}: Pick<AuthorizeRequest, 'target' | 'responseType'> & { challenge: unknown }): boolean {
  return responseType.code && target.platform === 'spa' && !challenge
}

function refuseParameters(
  parameters: Parameters,
  authority: Authority,
  { target, application, responseType }: Pick<AuthorizeRequest, 'target' | 'application' | 'responseType'>,
  pkceRefusal: EntraSettings['pkceRefusal'],
): Refusal | undefined {
  const {
    response_type: type,
    scope,
    code_challenge: challenge,
    code_challenge_method: method = 'plain',
    prompt,
  } = parameters
  if (!type) return { code: 900144, values: { name: 'response_type' } }
  // the endpoint issues no access tokens
  if (!/^(code|id_token|code id_token|id_token code)$/.test(type)) return { code: 700054, values: { type } }
  if (responseType.idToken && !application.enableIdTokenIssuance) return { code: 700054, values: { type: 'id_token' } }
  if (!scope?.trim()) return { code: 900144, values: { name: 'scope' } }
  if (responseType.idToken && !scope.split(' ').includes('openid')) return { code: 70011, values: { scope } }
  if (responseType.idToken && !parameters.nonce) return { code: 900144, values: { name: 'nonce' } }
  if (isPkceMissing({ target, responseType, challenge }) && pkceRefusal === 'at-once') return { code: 9002325 }
  if (challenge && !/^[\w.~-]{43,128}$/.test(challenge)) return { code: 501491 }
  if (challenge && method !== 'S256' && method !== 'plain') return { code: 9002313 }
  if (prompt !== undefined && !['none', 'login', 'select_account', 'consent'].includes(prompt))
    return { code: 90023, text: `Unsupported 'prompt' value.` }
  return refuseScope(scope, { app: application.appId, tenant: nameOf(authority) })
}
