import { Agent, request } from 'node:http'
import type { Send } from '@jackfield/api-fuzz/fuzz-operation'
import type { FuzzRequest } from '@jackfield/api-fuzz/requests'
import type { RunningPlatform } from './running-platform.ts'

export type AdminEdge = {
  /** Sends requests to the Control host with these headers. */
  as(credential: Readonly<Record<string, string>>): Send
  /** Headers of a page of Control that signed in with this one-time link. */
  enter(token: string): Promise<{ cookie: string; 'sec-fetch-site': string }>
}

/**
 * Calls the gateway like an ingress: paths are sent unchanged, and each request has its own client address, so that
 * limits per address do not add up.
 */
export function adminEdge({ addresses }: Pick<RunningPlatform, 'addresses'>): AdminEdge {
  const { hostname, port } = new URL(addresses.gateway)
  const agent = new Agent({ keepAlive: true })
  let guests = 0

  function call({ method, url, headers, payload }: FuzzRequest) {
    const { promise, resolve, reject } = Promise.withResolvers<{
      status: number
      headers: NodeJS.Dict<string | string[]>
      body: string
    }>()
    guests += 1
    const own: Record<string, string> = {
      host: new URL(addresses.control).host,
      'x-forwarded-for': `198.18.${(guests >> 8) & 255}.${guests & 255}`,
      // Node sets no content-length or transfer-encoding for the body of a DELETE.
      ...(payload !== undefined && { 'content-length': String(Buffer.byteLength(payload)) }),
    }
    const asking = request({ hostname, port, agent, method, path: url, headers: { ...own, ...headers } }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() }),
      )
    })
    asking.on('error', reject)
    asking.end(payload)
    return promise
  }

  return {
    as: (credential) => async (wanted) => {
      const { status, headers, body } = await call({ ...wanted, headers: { ...credential, ...wanted.headers } })
      return { status, contentType: headers['content-type']?.toString(), headers, body }
    },
    async enter(token) {
      const own = { 'sec-fetch-site': 'same-origin' }
      const headers = { ...own, 'content-type': 'application/json' }
      const answer = await call({
        method: 'POST',
        url: '/auth/control/session',
        headers,
        payload: JSON.stringify({ token }),
      })
      const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0]
      if (answer.status !== 200 || !cookie) throw new Error(`Control was not entered: ${answer.status} ${answer.body}`)
      return { ...own, cookie }
    },
  }
}
