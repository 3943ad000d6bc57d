import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { selfSignedCertificate } from '@jackfield/m365-emulator/entra/keys/self-signed-certificate'
import { SignJWT } from 'jose'

const NAMESPACE = 'phone'
export const SERVICE_ACCOUNT = 'tenant-registry'

/** A cluster as far as a server asks it: whose token this is (TokenReview, authentication.k8s.io/v1). */
export async function startCluster() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const der = selfSignedCertificate(publicKey, privateKey, 'cluster', new Date())
  const uid = randomUUID()
  const valid = new Set<string>()
  const review = (jwt: string) => valid.has(jwt)
  const server = createServer(async (request, response) => {
    const { spec } = (await json(request)) as { spec: { token: string } }
    const user = {
      username: `system:serviceaccount:${NAMESPACE}:${SERVICE_ACCOUNT}`,
      uid,
      groups: ['system:serviceaccounts'],
    }
    const status = review(spec.token)
      ? { authenticated: true, user, audiences: ['vault'] }
      : { authenticated: false, error: 'unknown' }
    response
      .writeHead(201, { 'content-type': 'application/json' })
      .end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    namespace: NAMESPACE,
    /** Asked for, though nothing is spoken by TLS here. */
    certificate: `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----`,
    review,
    async makeToken(): Promise<string> {
      const serviceaccount = { name: SERVICE_ACCOUNT, uid }
      const jwt = await new SignJWT({ 'kubernetes.io': { namespace: NAMESPACE, serviceaccount }, jti: randomUUID() })
        .setProtectedHeader({ alg: 'RS256' })
        .setIssuer('https://kubernetes.default.svc')
        .setSubject(`system:serviceaccount:${NAMESPACE}:${SERVICE_ACCOUNT}`)
        .setAudience(['vault'])
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey)
      valid.add(jwt)
      return jwt
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
