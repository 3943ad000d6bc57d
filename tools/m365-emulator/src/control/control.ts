import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { applicationOperations } from './application-operations.ts'
import { cloudOperations } from './cloud-operations.ts'
import { directoryOperations } from './directory-operations.ts'
import { groupOperations } from './group-operations.ts'
import { refuseControl } from './guard.ts'
import { notificationOperations } from './notification-operations.ts'
import { openApiDocument } from './openapi.ts'
import { type Operation, operation } from './operation.ts'
import { signInOperations } from './sign-in-operations.ts'
import { stateOperations } from './state-operations.ts'
import { switchOperations } from './switch-operations.ts'
import { userOperations } from './user-operations.ts'

/** Of a snapshot. */
const LARGEST_BODY = 256 * 1024 * 1024

type Options = { cloud: Cloud; key: string | undefined }

const HEALTH = operation('GET', '/health', {
  summary: 'Whether it serves; needs no key',
  run: () => ({ status: 'ok' }),
})

/** The programmatic controls over HTTP, for tests and tools in other processes. Everybody may ask for the health. */
export const control: FastifyPluginAsync<Options> = async (app, options) => {
  app.get(HEALTH.path, async (request) => HEALTH.run({ params: {}, body: {}, query: request.query }))
  const { cloud, key } = options
  await app.register(guardedControl, { cloud, key })
}

const guardedControl: FastifyPluginAsync<Options> = async (app, { cloud, key }) => {
  // A page of another site can send a form or plain text without asking; JSON it cannot.
  app.removeContentTypeParser(['application/x-www-form-urlencoded', 'text/plain'])
  app.addHook('onRequest', async ({ headers, socket }, reply) => {
    const refused = refuseControl({ headers, peer: socket.remoteAddress }, key)
    return refused && reply.code(refused.status).send({ error: refused.error })
  })
  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : error.message
    return reply.code(error.statusCode ?? 400).send({ error: message })
  })
  const operations: Operation[] = [
    ...cloudOperations(cloud),
    ...switchOperations(cloud),
    ...stateOperations(cloud),
    ...notificationOperations(cloud),
    ...directoryOperations(cloud),
    ...userOperations(cloud),
    ...groupOperations(cloud),
    ...applicationOperations(cloud),
    ...signInOperations(cloud, app),
    operation('GET', '/openapi.json', {
      summary: 'This document',
      run: () => openApiDocument([HEALTH, ...operations], `${cloud.origin}/_emulator`),
    }),
  ]
  for (const { method, path, body: Body, query: Query, run } of operations) {
    app.route<{ Params: Record<string, string> }>({
      method,
      bodyLimit: LARGEST_BODY,
      url: path.replace(/\{(\w+)\}/g, ':$1'),
      handler: async ({ params, body = {}, query }) => {
        Body?.parse(body)
        return (await run({ params, body, query: Query?.parse(query) })) ?? { done: true }
      },
    })
  }
}
