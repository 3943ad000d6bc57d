import { SigningKeyParams, SigningKeyReach } from '@jackfield/contract/access/signing-key'
import { entityTag } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { refuse } from '@jackfield/problem/refuse'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { reachOf } from '../../domain/key-rotation.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'showSigningKeyReach',
  summary: 'Whom it hits to revoke a signing key now',
  tags: ['Signing keys'],
  params: SigningKeyParams,
  response: { 200: SigningKeyReach },
  refusals: refusals('signing-key-not-found'),
}

export const showSigningKeyReach: FastifyPluginAsyncZod<Ports> = async (app, ports) => {
  const { signingKeys, personSessions, clock } = ports
  app.get('/signing-keys/:kid/reach', { schema, config: { platformOnly: true } }, async ({ params }, reply) => {
    const [{ keys, version }, sessions] = await Promise.all([signingKeys.read(), personSessions.countByKind()])
    const reach = reachOf(keys, params.kid, sessions, new Date(clock() * 1_000))
    if (!reach) throw refuse('signing-key-not-found')
    return reply.header('etag', entityTag(version)).send(reach)
  })
}
