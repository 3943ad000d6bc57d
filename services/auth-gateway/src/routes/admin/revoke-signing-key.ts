import { SigningKeyParams, SigningKeys } from '@jackfield/contract/access/signing-key'
import { entityTag, IfMatch, isMatch } from '@jackfield/contract/http/entity-tag'
import { refusals } from '@jackfield/contract/http/problems/refusals'
import { refuse } from '@jackfield/problem/refuse'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { describeKeys } from '../../domain/key-rotation.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'revokeSigningKey',
  summary: 'Revoke a signing key now',
  description:
    'Within seconds no replica publishes it, signs with it, or accepts what it signed. `.../reach` says whom that hits. The next key signs at once; without one, one is made.',
  tags: ['Signing keys'],
  params: SigningKeyParams,
  headers: IfMatch,
  response: { 200: SigningKeys },
  refusals: refusals('signing-key-not-found', 'version-conflict'),
}

export const revokeSigningKey: FastifyPluginAsyncZod<Ports> = async (app, { signingKeys, records }) => {
  app.post('/signing-keys/:kid/revoke', { schema, config: { platformOnly: true } }, async (request, reply) => {
    const { principal, params, headers } = request
    const before = await signingKeys.read()
    const key = before.keys.find(({ id }) => id === params.kid)
    if (!key) throw refuse('signing-key-not-found')
    const isCurrent = (version: string) => isMatch(headers['if-match'], version)
    if (!isCurrent(before.version)) throw refuse('version-conflict')
    // First the event: no key is revoked without it.
    await records.audit({
      tenantId: null,
      actor: principal.id,
      action: 'signing-key.revoke',
      outcome: 'success',
      target: key.id,
      requestId: request.id,
      details: { use: key.use },
    })
    const after = await signingKeys.revoke(key.id, isCurrent)
    if (after === 'missing') throw refuse('signing-key-not-found')
    if (after === 'changed') throw refuse('version-conflict')
    return reply.header('etag', entityTag(after.version)).send({ items: describeKeys(after.keys) })
  })
}
