import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { authenticate } from './bearer.ts'
import { badRequest } from './graph-error.ts'

const Item = z.object({
  id: z.string().min(1),
  method: z.string(),
  url: z.string().startsWith('/'),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.unknown().optional(),
  dependsOn: z.array(z.string()).optional(),
})
const Envelope = z.object({ requests: z.array(Item).min(1).max(20) })

/** Runs every item as a request of its own, with its own headers and status. */
export const batch: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud: everywhere }) => {
  app.post('/$batch', async ({ headers, body }) => {
    const { cloud } = authenticate(headers.authorization, everywhere)
    const envelope = Envelope.safeParse(body)
    if (!envelope.success) throw badRequest('Invalid batch payload format.')
    const { requests } = envelope.data
    const ids = new Set(requests.map(({ id }) => id.toLowerCase()))
    if (requests.some(({ dependsOn = [] }) => dependsOn.some((id) => !ids.has(id.toLowerCase()))))
      throw badRequest('dependsOn names a request that is not in the batch.')
    const withoutType = requests.find(
      ({ body: content, headers: own }) => content !== undefined && !hasContentType(own),
    )
    if (withoutType) throw badRequest(`Content-Type header is missing for request id ${withoutType.id}.`)
    if (ids.size < requests.length) throw badRequest('Request Id values must be unique.')

    const statuses = new Map<string, number>()
    const responses = []
    for (const { id, method, url, headers: own, body: content, dependsOn = [] } of requests) {
      if (dependsOn.some((dependency) => (statuses.get(dependency) ?? 424) >= 400)) {
        statuses.set(id, 424)
        responses.push({
          id,
          status: 424,
          body: { error: { code: 'FailedDependency', message: 'A dependency failed.' } },
        })
        continue
      }
      const response = await app.inject({
        method: method.toUpperCase() as 'GET',
        url: `/v1.0${url}`,
        headers: { ...own, authorization: headers.authorization },
        ...(content !== undefined && { payload: content as object }),
      })
      statuses.set(id, response.statusCode)
      const isJson = String(response.headers['content-type']).startsWith('application/json')
      responses.push({
        id,
        status: response.statusCode,
        headers: itemHeaders(response.headers),
        body: isJson
          ? response.json()
          : isText(response.headers)
            ? response.body
            : response.rawPayload.toString('base64'),
      })
    }
    return { responses: cloud.graph.batchOrder === 'reversed' ? responses.toReversed() : responses }
  })
}

const hasContentType = (headers: Readonly<Record<string, string>>) =>
  Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
const isText = (headers: Readonly<Record<string, unknown>>) =>
  String(headers['content-type'] ?? 'text/').startsWith('text/')

/** The headers of an item that clients act on. */
function itemHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const retryAfter = headers['retry-after']
  const unit = headers['x-ms-resource-unit']
  return {
    'Content-Type': String(headers['content-type'] ?? 'application/json').split(';')[0] ?? '',
    ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }),
    ...(unit !== undefined && { 'x-ms-resource-unit': String(unit) }),
  }
}
