import { invalidRequest } from '@jackfield/problem/request-validator'
import type { FastifyRequest } from 'fastify'
import plugin from 'fastify-plugin'
import { z } from 'zod'

/**
 * The routes of a public API, in whose scope it is registered before them, ignore nothing that they are sent: a
 * misspelled `preview` would delete. Their own schemas are strict objects; a route without a query schema takes no
 * parameter, one without a body schema no body. An empty JSON object is none: some clients send one with every POST.
 * Answers, and routes between services, stay open, so that two versions understand each other during an upgrade.
 */
export const strictRequestsPlugin = plugin(async (app) => {
  app.addHook('onRoute', (route) => {
    route.schema = { querystring: z.strictObject({}), ...route.schema }
  })
  app.addHook('preValidation', refuseUnexpectedBody)
})

async function refuseUnexpectedBody({ routeOptions: { schema }, body }: FastifyRequest): Promise<void> {
  if (schema?.body !== undefined || schema?.consumes !== undefined || saysNothing(body)) return
  const message = 'This operation takes no body.'
  throw invalidRequest([{ path: 'body', message, pointer: '', in: 'body', code: 'unexpected-body', detail: message }])
}

function saysNothing(body: unknown): boolean {
  return body === undefined || body === null || body === '' || JSON.stringify(body) === '{}'
}
