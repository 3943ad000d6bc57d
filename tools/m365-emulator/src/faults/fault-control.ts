import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../cloud.ts'
import type { FaultInput } from './fault.ts'

/** Plans faults over HTTP, for tests and tools in other processes. */
export const faultControl: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  app.post('/faults', async ({ body }) => {
    cloud.faults.plan(body as FaultInput)
    return { done: true }
  })
  app.delete('/faults', async () => {
    cloud.faults.clear()
    return { done: true }
  })
}
