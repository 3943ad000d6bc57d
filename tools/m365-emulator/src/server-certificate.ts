import { generateKeyPairSync } from 'node:crypto'
import { selfSignedCertificate } from './entra/keys/self-signed-certificate.ts'

export type ServerCertificate = { key: string; cert: string }

/**
 * A new certificate, for the names of the local machine and `more`. Clients trust it by adding `cert` to their
 * authorities.
 */
export function makeServerCertificate(more: readonly string[] = []): ServerCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1000)
  const names = { dns: ['localhost', '*.localhost', ...more], ip: ['127.0.0.1'] }
  const der = selfSignedCertificate(publicKey, privateKey, 'm365-emulator.localhost', yesterday, names)
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  }
}
