import { timingSafeEqual } from 'node:crypto'
import type { Cloud } from '../../cloud.ts'
import type { Application } from '../../directory/application.ts'
import type { Authority } from '../authority.ts'
import type { Refusal } from '../errors/aadsts.ts'
import { checkAssertion } from './client-assertion.ts'

export type PresentedCredential =
  | { kind: 'none' }
  | { kind: 'secret'; value: string }
  | { kind: 'assertion'; text: string; type: string | undefined }

type Body = Readonly<Record<string, string | undefined>>

/** Basic authentication names the client, too (RFC 6749 2.3.1: both halves are form-encoded). */
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
  if (body.client_assertion !== undefined)
    return { kind: 'assertion', text: body.client_assertion, type: body.client_assertion_type }
  const value = body.client_secret ?? basic?.secret
  return value ? { kind: 'secret', value } : { kind: 'none' }
}

export async function checkCredential(
  cloud: Cloud,
  credential: PresentedCredential,
  application: Application,
  authority: Authority,
): Promise<Refusal | undefined> {
  const values = { app: application.appId }
  if (credential.kind === 'none') return { code: 7000218 }
  if (credential.kind === 'assertion') return checkAssertion(cloud, credential, application, authority)
  const secret = application.secrets.find(({ value }) => isSame(value, credential.value))
  if (!secret) return { code: 7000215, values } // also for the secret's id, as the text says
  return new Date(secret.endDateTime) <= cloud.clock.date() ? { code: 7000222, values } : undefined
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}
