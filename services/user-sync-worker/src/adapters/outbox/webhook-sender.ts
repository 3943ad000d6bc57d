import { type ClientRequest, request as requestPlain } from 'node:http'
import { request } from 'node:https'
import { isIP } from 'node:net'
import { readRetryAfter } from '@jackfield/contract/http/retry-after'
import { isPublicAddress, lookupPublic } from '@jackfield/public-address/public-address'
import { Webhook } from 'standardwebhooks'
import type { SendWebhook, WebhookFailure } from '../../ports.ts'

const TIMEOUT_MS = 10_000

/** Whether webhooks may be sent there: https on the public internet, and beside an emulator also loopback. */
export function isWebhookAddress(text: string, allowsLoopback: boolean): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  if (url.username || url.password || url.hash) return false
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (isLoopback(host)) return allowsLoopback
  return url.protocol === 'https:' && (isIP(host) === 0 ? host.includes('.') : isPublicAddress(host))
}

/** Posts by Standard Webhooks: id, timestamp and signature are headers, redirects are not followed. */
export function webhookSender({ allowsLoopback }: { allowsLoopback: boolean }): SendWebhook {
  return async ({ id, url, secret, body }) => {
    if (!isWebhookAddress(url, allowsLoopback)) return failed('The address is not allowed.')
    const now = new Date()
    const headers = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'Jackfield-Webhooks',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(secret, { format: 'raw' }).sign(id, now, body),
    }
    return post(new URL(url), headers, body)
  }
}

function post(url: URL, headers: Record<string, string>, body: string): ReturnType<SendWebhook> {
  const inside = isLoopback(url.hostname.replace(/^\[|\]$/g, ''))
  const options = { method: 'POST', headers, signal: AbortSignal.timeout(TIMEOUT_MS), agent: false as const }
  return new Promise((resolve) => {
    const sent: ClientRequest = inside
      ? (url.protocol === 'http:' ? requestPlain : request)(url, options)
      : request(url, { ...options, lookup: lookupPublic })
    sent.on('response', (answer) => {
      answer.resume()
      answer.on('error', () => undefined)
      const status = answer.statusCode ?? 0
      if (status >= 200 && status < 300) return resolve({ kind: 'delivered' })
      const retryAfterSeconds = readRetryAfter(answer.headers['retry-after'], Date.now())?.seconds ?? 0
      resolve({ kind: 'failed', reason: `HTTP ${status}`, isGone: status === 410, retryAfterSeconds })
    })
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(failed(reasonOf(error))))
    sent.end(body)
  })
}

/** Tells nothing of our network: an internal address looks like one that does not exist. */
function reasonOf({ name, code }: NodeJS.ErrnoException): string {
  return name === 'TimeoutError' || name === 'AbortError' || code === 'ABORT_ERR'
    ? 'No answer within 10 s.'
    : 'The address could not be reached.'
}

function failed(reason: string): WebhookFailure {
  return { kind: 'failed', reason, isGone: false, retryAfterSeconds: 0 }
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(host)
}
