import { refuse } from '@jackfield/problem/refuse'
import type { FastifyInstance } from 'fastify'

/**
 * Fastify's own JSON parser, but a text with half a surrogate pair is refused (RFC 8259 8.2, RFC 7493 2.1): it is no
 * Unicode, Postgres takes it in no JSON column, and elsewhere it would silently become another character.
 */
export function parseWellFormedJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    parse(request, body as string, (error, value) => {
      // Read from UTF-8, half a pair can only have come by such an escape.
      const mayBeBroken = !error && /\\u[dD][89a-fA-F]/.test(body as string)
      if (mayBeBroken && !isWellFormed(value))
        return done(refuse('invalid-request', { detail: 'A text of the body is not valid Unicode.' }))
      done(error, value)
    })
  })
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed()
  if (value === null || typeof value !== 'object') return true
  return Object.entries(value).every(([name, member]) => name.isWellFormed() && isWellFormed(member))
}
