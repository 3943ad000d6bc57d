import { App } from '@jackfield/contract/tenants/app'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Ports } from '../../ports.ts'

const schema = { hide: true, response: { 200: z.array(App) } }

export const readApps: FastifyPluginAsyncZod<Pick<Ports, 'apps'>> = async (app, { apps }) => {
  app.get('/apps', { schema }, () => apps.all())
}
