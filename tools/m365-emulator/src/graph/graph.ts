import { randomUUID } from 'node:crypto'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Cloud } from '../cloud.ts'
import { cloudOfRequest } from '../directory-of-request.ts'
import { graphFaults } from '../faults/graph-faults.ts'
import { batch } from './batch.ts'
import { getOrganization } from './get-organization.ts'
import { errorDocument, GraphError, type GraphTrace } from './graph-error.ts'
import { checkMembership } from './groups/check-membership.ts'
import { groupMembers } from './groups/group-members.ts'
import { groupsDelta } from './groups/groups-delta.ts'
import { listGroups } from './groups/list-groups.ts'
import { subscriptions } from './subscriptions/subscriptions.ts'
import { throttle } from './throttle.ts'
import { deletedItems } from './users/deleted-items.ts'
import { getUser } from './users/get-user.ts'
import { licenseDetails } from './users/license-details.ts'
import { listUsers } from './users/list-users.ts'
import { photos } from './users/photos.ts'
import { usersDelta } from './users/users-delta.ts'

const CONTENT_TYPE =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8'

/** Microsoft Graph v1.0, the parts that an importer of users calls. */
export const graph: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  const traces = new WeakMap<FastifyRequest, GraphTrace>()
  const traceOf = (request: FastifyRequest): GraphTrace => {
    const known = traces.get(request)
    if (known) return known
    const asked = request.headers['client-request-id']
    const requestId = randomUUID()
    const trace = {
      requestId,
      clientRequestId: typeof asked === 'string' ? asked : requestId,
      date: cloudOfRequest(request, cloud).clock.date(),
    }
    traces.set(request, trace)
    return trace
  }

  app.addHook('onRequest', async (request, reply) => {
    const { requestId, clientRequestId } = traceOf(request)
    reply.headers({
      'request-id': requestId,
      'client-request-id': clientRequestId,
      'odata-version': '4.0',
      'cache-control': 'no-cache',
    })
    reply.header(
      'x-ms-ags-diagnostic',
      '{"ServerInfo":{"DataCenter":"Emulator","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"EM00"}}',
    )
    reply.header('content-type', CONTENT_TYPE)
  })
  app.setErrorHandler<Error & { statusCode?: number }>((error, request, reply) => {
    reply.header('content-type', CONTENT_TYPE)
    if (error instanceof GraphError) {
      return reply
        .code(error.status)
        .headers(error.headers)
        .send(errorDocument(error.code, error.message, traceOf(request)))
    }
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error(error)
    return reply
      .code(status)
      .send(errorDocument(status < 500 ? 'BadRequest' : 'InternalServerError', error.message, traceOf(request)))
  })
  app.setNotFoundHandler((request, reply) => {
    const document = errorDocument('BadRequest', 'Resource not found for the segment.', traceOf(request))
    return reply.code(400).header('content-type', CONTENT_TYPE).send(document)
  })

  await app.register(graphFaults, { cloud })
  await app.register(throttle, { cloud })
  await app.register(listUsers, { cloud })
  await app.register(usersDelta, { cloud })
  await app.register(getUser, { cloud })
  await app.register(listGroups, { cloud })
  await app.register(groupsDelta, { cloud })
  await app.register(groupMembers, { cloud })
  await app.register(checkMembership, { cloud })
  await app.register(photos, { cloud })
  await app.register(licenseDetails, { cloud })
  await app.register(deletedItems, { cloud })
  await app.register(getOrganization, { cloud })
  await app.register(subscriptions, { cloud })
  await app.register(batch, { cloud })
}
