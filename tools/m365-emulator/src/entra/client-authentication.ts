import { timingSafeEqual } from 'node:crypto'
import type { Application } from '../directory/application.ts'
import type { Refusal } from './aadsts.ts'

export type PresentedCredential = { kind: 'none' } | { kind: 'secret'; value: string } | { kind: 'assertion' }

type Body = Readonly<Record<string, string | undefined>>

/** Basic (RFC 6749 2.3.1: both halves form-encoded) names the client too. */
export function readBasic(header: string | undefined): { clientId: string; secret: string } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  if (colon < 0) return undefined
  const decode = (half: string) => new URLSearchParams(`v=${half}`).get('v') ?? ''
  return { clientId: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) }
}

export function presentedCredential(body: Body, basic: { secret: string } | undefined): PresentedCredential {
  if (body.client_assertion !== undefined) return { kind: 'assertion' }
  const value = body.client_secret ?? basic?.secret
  return value ? { kind: 'secret', value } : { kind: 'none' }
}

export function checkCredential(credential: PresentedCredential, application: Application, now: Date): Refusal | undefined {
  const values = { app: application.appId }
  if (credential.kind === 'none') return { code: 7000218 }
  if (credential.kind === 'assertion') return { code: 700027, values } // no certificate can be registered yet
  const secret = application.secrets.find(({ value }) => isSame(value, credential.value))
  if (!secret) return { code: 7000215, values } // also for the secret's id: the text says so
  return new Date(secret.endDateTime) <= now ? { code: 7000222, values } : undefined
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}
