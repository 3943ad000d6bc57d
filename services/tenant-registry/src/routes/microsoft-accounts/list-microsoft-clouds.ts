import { MicrosoftClouds } from '@jackfield/contract/microsoft/microsoft-cloud'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Ports } from '../../ports.ts'

const schema = {
  operationId: 'listMicrosoftClouds',
  summary: 'List the clouds of Microsoft that a directory can be in',
  tags: ['Microsoft accounts'],
  response: { 200: MicrosoftClouds },
}

export const listMicrosoftClouds: FastifyPluginAsyncZod<Pick<Ports, 'microsoft'>> = async (app, { microsoft }) => {
  app.get('/microsoft-clouds', { schema, config: { handOver: true } }, async () => ({ items: [...microsoft.clouds] }))
}
