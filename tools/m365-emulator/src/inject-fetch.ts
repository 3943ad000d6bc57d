import type { FastifyInstance } from 'fastify'
import type { Send } from './headless-sign-in.ts'

/** `fetch` without a network: whatever certificate or public origin the emulator has, its own pages are reached. */
export function injectFetch(app: FastifyInstance): Send {
  return async (url, { method = 'GET', headers, body }) => {
    const isForm = body instanceof URLSearchParams
    const answer = await app.inject({
      method: method as 'GET' | 'POST',
      url: String(url),
      headers: {
        ...(headers as Record<string, string>),
        ...(isForm && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(isForm && { payload: body.toString() }),
    })
    const received = new Headers()
    for (const [name, value] of Object.entries(answer.headers))
      for (const one of [value ?? []].flat()) received.append(name, String(one))
    return new Response(answer.body, { status: answer.statusCode, headers: received })
  }
}
