import { createHash, createPrivateKey, randomUUID, X509Certificate } from 'node:crypto'
import { type MicrosoftOrigins, microsoftOrigins, type OriginOverrides } from '@jackfield/microsoft-identity/clouds'
import { SignJWT } from 'jose'
import type { Certificates } from '../../ports.ts'

/** Entra ID advises minutes, so a leaked assertion soon expires. */
const LIFETIME_SECONDS = 300
const LEAST_BITS = 2_048

/** Certificates of accounts: read when entered, and used for signing here, so private keys never leave this service. */
export function rsaCertificates(overrides: OriginOverrides, now: () => Date): Certificates {
  return {
    read(certificatePem, privateKeyPem) {
      const certificate = readCertificate(certificatePem)
      if (!certificate) return { kind: 'certificate-unreadable' }
      const key = readPrivateKey(privateKeyPem)
      if (!key) return { kind: 'private-key-unreadable' }
      const isRsa = certificate.publicKey.asymmetricKeyType === 'rsa'
      if (!isRsa || (certificate.publicKey.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_BITS)
        return { kind: 'certificate-not-rsa' }
      if (!certificate.checkPrivateKey(key)) return { kind: 'private-key-mismatch' }
      const thumbprint = createHash('sha1').update(certificate.raw).digest('hex').toUpperCase()
      return { kind: 'read', thumbprint, expiresAt: certificate.validToDate }
    },

    /** RFC 7523 3 as Entra ID wants it: PS256, the certificate named by `x5t#S256` (RFC 7515 4.1.8). */
    async assert({ certificate, privateKey }, { clientId, directoryId, cloud }) {
      const { login }: MicrosoftOrigins = microsoftOrigins(cloud, overrides)
      const thumbprint = createHash('sha256').update(new X509Certificate(certificate).raw).digest('base64url')
      const seconds = Math.floor(now().getTime() / 1_000)
      return new SignJWT({})
        .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint })
        .setIssuer(clientId)
        .setSubject(clientId)
        .setAudience(`${login}/${directoryId}/oauth2/v2.0/token`)
        .setJti(randomUUID())
        .setNotBefore(seconds)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + LIFETIME_SECONDS)
        .sign(createPrivateKey(privateKey))
    },
  }
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

function readPrivateKey(pem: string) {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}
