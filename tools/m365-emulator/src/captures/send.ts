import type { CapturedRequest } from './capture.ts'
import { type Answer, memberOf } from './compare.ts'

/** Where requests go and as whom: origins without a slash at the end, a registration with a secret of its own. */
export type Sender = { login: string; graph: string; tenant: string; app: string; secret: string }

const fill = (text: string, values: Readonly<Record<string, string>>) =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)

/** Sends a captured request. Throws when no answer comes, or no token for a request that needs one. */
export async function send(request: CapturedRequest, sender: Sender): Promise<Answer> {
  const headers: Record<string, string> = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, fill(value, sender)]),
  )
  if (request.authorized) headers.authorization = `Bearer ${await takeToken(sender)}`
  const form = Object.fromEntries(
    Object.entries(request.form ?? {}).map(([name, value]) => [name, fill(value, sender)]),
  )
  const first = await answerOf(fill(request.url, sender), {
    method: request.method,
    headers,
    ...(request.form && { body: new URLSearchParams(form) }),
  })
  if (request.follow === undefined) return first
  const next = memberOf(first.body, request.follow) ?? Reflect.get(Object(first.body), request.follow)
  if (typeof next !== 'string') throw new Error(`The answer has no ${request.follow}: ${first.text.slice(0, 300)}`)
  return answerOf(next, { headers })
}

async function takeToken(sender: Sender): Promise<string> {
  const { body, text } = await answerOf(`${sender.login}/${sender.tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: sender.app,
      client_secret: sender.secret,
      scope: 'https://graph.microsoft.com/.default',
    }),
  })
  const token = memberOf(body, 'access_token')
  if (typeof token !== 'string') throw new Error(`No token for ${sender.app}: ${text.slice(0, 300)}`)
  return token
}

async function answerOf(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(30_000) })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: isJson ? JSON.parse(text) : undefined,
    text,
  }
}
