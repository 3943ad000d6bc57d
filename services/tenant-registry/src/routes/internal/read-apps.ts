import { CatalogueApp } from '@jackfield/contract/internal/internal-api'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Ports } from '../../ports.ts'

const schema = { hide: true, response: { 200: z.array(CatalogueApp) } }

export const readApps: FastifyPluginAsyncZod<Pick<Ports, 'apps'>> = async (app, { apps }) => {
  app.get('/apps', { schema }, () => apps.all())
}
