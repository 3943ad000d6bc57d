import { entityTag } from '@jackfield/contract/http/entity-tag'
import type { FastifyReply, FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'

/**
 * Headers and members that every resource of the admin API has: the `etag` of its version, which an answer that is one
 * resource repeats as ETag (RFC 9110 8.8.3), and the Location of what was created below its collection (10.2.2). Routes
 * answer records with their `version`, which no schema shows.
 */
export const resourcesPlugin = plugin(async (app) => {
  app.addHook('preSerialization', async (request, reply, payload) => {
    if (!isRecord(payload)) return payload
    if (Array.isArray(payload.items)) return { ...payload, items: payload.items.map(tagged) }
    addHeaders(request, reply, payload)
    return tagged(payload)
  })
})

function addHeaders({ method, url }: FastifyRequest, reply: FastifyReply, { id, version }: Record<string, unknown>) {
  if (typeof version === 'number' && !reply.hasHeader('etag')) reply.header('etag', entityTag(version))
  if (method === 'POST' && reply.statusCode === 201 && typeof id === 'string' && !reply.hasHeader('location'))
    reply.header('location', `${url.split('?')[0]}/${id}`)
}

function tagged(resource: unknown): unknown {
  return isRecord(resource) && typeof resource.version === 'number'
    ? { ...resource, etag: entityTag(resource.version) }
    : resource
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
