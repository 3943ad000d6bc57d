import { SigningKeys } from '@jackfield/contract/access/signing-key'
import { entityTag } from '@jackfield/contract/http/entity-tag'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { describeKeys } from '../../domain/key-rotation.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'rotateSigningKeys',
  summary: 'Begin to renew the keys: nobody notices',
  description:
    'The next key of each use is published now and signs a day later; the present one then verifies for 15 more days. While a next key waits, nothing is done.',
  tags: ['Signing keys'],
  response: { 200: SigningKeys },
}

export const rotateSigningKeys: FastifyPluginAsyncZod<Ports> = async (app, { signingKeys, records }) => {
  app.post(
    '/signing-keys/rotate',
    { schema, config: { platformOnly: true } },
    async ({ principal, id: requestId }, reply) => {
      const { keys, version, added } = await signingKeys.renew()
      if (added.length > 0) {
        const event = {
          tenantId: null,
          actor: principal.id,
          outcome: 'success' as const,
          target: 'signing-keys',
          requestId,
        }
        await records.audit({ ...event, action: 'signing-key.rotate', details: { added: added.join(' ') } })
      }
      return reply.header('etag', entityTag(version)).send({ items: describeKeys(keys) })
    },
  )
}
