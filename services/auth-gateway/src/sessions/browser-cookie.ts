import { hash, randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { INTERACTION } from '../domain/lifetimes.ts'

/** `__Host-` keeps sibling hosts from planting it (T-21). */
const NAME = /^__Host-jackfield-browser-[\w-]{8}$/
const VALUE = /^[\w-]{43}$/
/** Maximum cookies of one browser: 90 bytes each in every request. */
const MOST = 16

/**
 * Browsers are recognised by the hash of a random cookie. Tabs that begin at once each get a cookie of a name of its own,
 * so that no answer overwrites what another tab's attempt is bound to (T-132); later attempts use the first of them.
 */
export function readBrowsers(request: FastifyRequest): string[] {
  return cookiesOf(request).map(([, value]) => hashOf(value))
}

/** The browser's hash for a new attempt, and the cookies to set. */
export function ensureBrowser(request: FastifyRequest): { browser: string; setCookies: string[] } {
  const known = cookiesOf(request)
  const [[name, value] = newCookie(), ...others] = known
  const surplus = others.slice(0, Math.max(0, known.length - MOST))
  return {
    browser: hashOf(value),
    setCookies: [toHeader(name, value, INTERACTION), ...surplus.map(([each]) => toHeader(each, '', 0))],
  }
}

/** In the order of the header: browsers send the oldest first (RFC 6265 5.4). */
function cookiesOf({ cookies }: FastifyRequest): Array<[name: string, value: string]> {
  return Object.entries(cookies).flatMap(([name, value]) =>
    value !== undefined && NAME.test(name) && VALUE.test(value) ? [[name, value]] : [],
  )
}

function newCookie(): [name: string, value: string] {
  return [`__Host-jackfield-browser-${randomBytes(6).toString('base64url')}`, randomBytes(32).toString('base64url')]
}

function toHeader(name: string, value: string, maxAge: number): string {
  return `${name}=${value}; Path=/; Max-Age=${maxAge}; Secure; HttpOnly; SameSite=Lax`
}

function hashOf(value: string): string {
  return hash('sha256', value, 'base64url')
}
