import { hash, randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'

const NAME = '__Host-jackfield-browser'

/**
 * Identifies the browser by the hash of a random cookie, one for all attempts of its tabs. `__Host-` keeps sibling hosts
 * from planting it (T-21).
 */
export function readBrowser(request: FastifyRequest): string | undefined {
  const value = request.cookies[NAME]
  return value !== undefined && /^[\w-]{43}$/.test(value) ? hashOf(value) : undefined
}

/** The browser's hash, and the cookie to set if it has none. */
export function ensureBrowser(request: FastifyRequest): { browser: string; setCookie: string | undefined } {
  const known = readBrowser(request)
  if (known) return { browser: known, setCookie: undefined }
  const value = randomBytes(32).toString('base64url')
  return { browser: hashOf(value), setCookie: `${NAME}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax` }
}

function hashOf(value: string): string {
  return hash('sha256', value, 'base64url')
}
