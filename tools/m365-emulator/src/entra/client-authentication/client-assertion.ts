import { constants, createHash, verify } from 'node:crypto'
import type { Cloud } from '../../cloud.ts'
import type { Application } from '../../directory/application.ts'
import { readCertificate } from '../../directory/credentials.ts'
import { type Authority, authorityKey } from '../authority.ts'
import type { Refusal } from '../errors/aadsts.ts'
import { type Assertion, readAssertion, refuseTime } from './assertion.ts'
import { checkFederatedAssertion } from './federated-assertion.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * private_key_jwt signed with a registered certificate, or another issuer's token trusted by a federated credential.
 */
export async function checkAssertion(
  cloud: Cloud,
  { text, type }: { text: string; type: string | undefined },
  application: Application,
  authority: Authority,
): Promise<Refusal | undefined> {
  if (type !== ASSERTION_TYPE) return { code: 900144, values: { name: 'client_assertion_type' } }
  const assertion = readAssertion(text)
  if (!assertion) return { code: 50027 }
  const { header, claims } = assertion
  const isOwn = claims.iss === application.appId || 'x5t' in header || 'x5t#S256' in header
  return isOwn
    ? checkOwnAssertion(cloud, assertion, application, authority)
    : checkFederatedAssertion(cloud, assertion, application)
}

/** RFC 7523 3, with Microsoft's number for each fault. */
function checkOwnAssertion(
  { clock, origin }: Cloud,
  { header, claims, signed, signature }: Assertion,
  application: Application,
  authority: Authority,
): Refusal | undefined {
  const thumbprint = String(header['x5t#S256'] ?? header.x5t ?? '')
  const certificate = application.certificates
    .map((registered) => readCertificate(registered.certificate))
    .find(({ raw }) => thumbprint === thumbprintOf(raw, 'x5t#S256' in header ? 'sha256' : 'sha1'))
  const values = { app: application.appId, thumbprint }
  if (!certificate) return { code: 700027, values: { ...values, reason: 'The key was not found.' } }
  if (!isSigned(String(header.alg), signed, signature, certificate.publicKey))
    return { code: 700027, values: { ...values, reason: 'The signature is not valid.' } }
  if (certificate.validToDate <= clock.date())
    return { code: 700027, values: { ...values, reason: 'The key used is expired.' } }
  if (claims.iss !== claims.sub) return { code: 50048 }
  if (claims.sub !== application.appId) return { code: 700021 }
  if (!audiences(origin, authority).includes(String(claims.aud).toLowerCase())) return { code: 700023 }
  return refuseTime(claims, clock.now())
}

function thumbprintOf(der: Buffer, hash: 'sha1' | 'sha256'): string {
  return createHash(hash).update(der).digest('base64url')
}

function isSigned(alg: string, signed: Buffer, signature: Buffer, publicKey: Parameters<typeof verify>[2]): boolean {
  if (alg === 'RS256') return verify('sha256', signed, publicKey, signature)
  if (alg !== 'PS256') return false
  const key = {
    key: publicKey as never,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  }
  return verify('sha256', signed, key, signature)
}

/** The token endpoint by directory id or domain; the issuer is accepted, too. */
function audiences(origin: string, authority: Authority): string[] {
  const names =
    authority.kind === 'directory'
      ? [authority.directory.id, ...authority.directory.domains]
      : [authorityKey(authority)]
  return names.flatMap((name) => [`${origin}/${name}/oauth2/v2.0/token`, `${origin}/${name}/v2.0`])
}
