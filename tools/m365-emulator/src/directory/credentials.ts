import { randomUUID, X509Certificate } from 'node:crypto'
import { z } from 'zod'

export const Secret = z.object({
  keyId: z.guid().toLowerCase(),
  value: z.string().min(16).max(64),
  displayName: z.string().max(120).optional(),
  endDateTime: z.iso.datetime(),
})
export type Secret = z.infer<typeof Secret>

function isCertificate(text: string): boolean {
  try {
    return readCertificate(text).publicKey.asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
}

/** Accepts PEM, and the base64 DER of Graph. */
export function readCertificate(text: string): X509Certificate {
  return new X509Certificate(text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64'))
}

/** Holds the public half only: the private key never leaves the application. */
export const Certificate = z.object({
  keyId: z.guid().toLowerCase().default(randomUUID),
  certificate: z.string().refine(isCertificate, 'must be an RSA certificate, as PEM or as the DER in base64'),
  displayName: z.string().max(120).optional(),
})
export type Certificate = z.infer<typeof Certificate>

/** Trust in another issuer's tokens (workload identity federation); all parts are compared exactly. */
const FederatedCredential = z.object({
  name: z.string().regex(/^[\w-]{3,120}$/),
  issuer: z.url().max(600),
  subject: z.string().min(1).max(600),
  audiences: z.array(z.string().min(1)).length(1).default(['api://AzureADTokenExchange']),
  description: z.string().max(600).optional(),
})

export const FederatedCredentials = z
  .array(FederatedCredential)
  .max(20)
  .refine((all) => new Set(all.map(({ issuer, subject }) => `${issuer} ${subject}`)).size === all.length, {
    error: 'issuer and subject together must be unique',
  })
  .default([])
