import type { FastifyPluginAsync } from 'fastify'
import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { applicationOperations } from './application-operations.ts'
import { cloudOperations } from './cloud-operations.ts'
import { directoryOperations } from './directory-operations.ts'
import { groupOperations } from './group-operations.ts'
import { notificationOperations } from './notification-operations.ts'
import type { Operation } from './operation.ts'
import { signInOperations } from './sign-in-operations.ts'
import { userOperations } from './user-operations.ts'

/** The programmatic controls over HTTP, for tests and tools in other processes. */
export const control: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  app.setErrorHandler<Error>((error, _request, reply) => {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : error.message
    return reply.code(400).send({ error: message })
  })
  const operations: Operation[] = [
    ...cloudOperations(cloud),
    ...notificationOperations(cloud),
    ...directoryOperations(cloud),
    ...userOperations(cloud),
    ...groupOperations(cloud),
    ...applicationOperations(cloud),
    ...signInOperations(cloud, app),
  ]
  for (const { method, path, body: Body, query: Query, run } of operations) {
    app.route<{ Params: Record<string, string> }>({
      method,
      url: path.replace(/\{(\w+)\}/g, ':$1'),
      handler: async ({ params, body = {}, query }) => {
        Body?.parse(body)
        return (await run({ params, body, query: Query?.parse(query) })) ?? { done: true }
      },
    })
  }
}
