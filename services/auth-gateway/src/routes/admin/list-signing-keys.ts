import { SigningKeys } from '@jackfield/contract/access/signing-key'
import { entityTag } from '@jackfield/contract/http/entity-tag'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { describeKeys } from '../../domain/key-rotation.ts'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listSigningKeys',
  summary: 'List the keys that sign tokens and cookies',
  tags: ['Signing keys'],
  response: { 200: SigningKeys },
}

export const listSigningKeys: FastifyPluginAsyncZod<Ports> = async (app, { signingKeys }) => {
  app.get('/signing-keys', { schema, config: { platformOnly: true } }, async (_request, reply) => {
    const { keys, version } = await signingKeys.read()
    return reply.header('etag', entityTag(version)).send({ items: describeKeys(keys) })
  })
}
