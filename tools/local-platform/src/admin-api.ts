import http from 'node:http'
import https from 'node:https'
import { isLoopbackHost } from '@jackfield/configuration/settings'

/** An error answer of the admin API. */
export class AdminApiError extends Error {
  override readonly name = 'AdminApiError'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export type AdminApi = <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>

/**
 * Calls `<Control origin>/api/v1` with an API key. Node does not resolve `*.localhost`: it connects to 127.0.0.1 and
 * names the host in the Host header.
 */
export function adminApi(controlOrigin: string, apiKey: string): AdminApi {
  const { protocol, host, hostname, port } = new URL(controlOrigin)
  const { Agent, request } = protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true })
  const machine = protocol === 'http:' && isLoopbackHost(hostname) ? '127.0.0.1' : hostname
  return (method, path, body) => {
    const { promise, resolve, reject } = Promise.withResolvers<never>()
    const payload = body === undefined ? undefined : JSON.stringify(body)
    const headers = {
      host,
      authorization: `Bearer ${apiKey}`,
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    }
    const call = request(
      { host: machine, port, method, path: `/api/v1${path}`, headers, agent, timeout: 30_000 },
      (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString()
          const status = answer.statusCode ?? 0
          if (status < 300) return resolve((text ? JSON.parse(text) : undefined) as never)
          const code = /"code":"([^"]+)"/.exec(text)?.[1] ?? 'unknown'
          reject(new AdminApiError(status, code, `${method} ${path}: ${status} ${text.slice(0, 300)}`))
        })
      },
    )
    call.on('timeout', () => call.destroy(new Error(`${method} ${path} took over 30 s`)))
    call.on('error', reject)
    call.end(payload)
    return promise
  }
}
