import { adminRoutes as gatewayRoutes } from '@jackfield/auth-gateway/admin-routes'
import { createServer } from '@jackfield/http-server/create-server'
import { openapiPlugin } from '@jackfield/http-server/openapi-plugin'
import { adminRoutes as registryRoutes } from '@jackfield/tenant-registry/admin-routes'
import { adminRoutes as rosterRoutes } from '@jackfield/user-sync-worker/admin-routes'
import type { FastifyPluginAsync } from 'fastify'
import { withExamples } from './examples.ts'
import { DESCRIPTION, TAGS } from './introduction.ts'
import type { OpenApi } from './openapi.ts'

/** Placeholder for the Control origin, which the gateway replaces by its own. */
export const CONTROL_ORIGIN = 'https://control.phone.example'

/**
 * The OpenAPI 3.1 document of the admin API, made of the routes of all services and of the contract's schemas. No route
 * is called, so that no store is needed.
 */
export async function adminApiDocument(): Promise<OpenApi> {
  const documents = await Promise.all(
    [registryRoutes, rosterRoutes, gatewayRoutes].map((routes) => describe(routes(UNUSED, open))),
  )
  const merged: OpenApi = {
    openapi: '3.1.0',
    info: {
      title: 'Jackfield admin API',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: CONTROL_ORIGIN }],
    security: [{ apiKey: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: Object.assign({}, ...documents.map(({ paths }) => paths)),
    components: mergeSections(documents.map(({ components }) => components)),
  }
  return withExamples(merged)
}

/** The services' components have one source, so that those of one name are equal. */
function mergeSections(all: ReadonlyArray<OpenApi['components']>): OpenApi['components'] {
  const sections = new Set(all.flatMap((components) => Object.keys(components)))
  return Object.fromEntries(
    [...sections].map((section) => [section, Object.assign({}, ...all.map((components) => components[section]))]),
  )
}

async function describe(routes: FastifyPluginAsync): Promise<OpenApi> {
  const app = createServer({ name: 'document', logLevel: 'silent', healthChecks: {} })
  app.register(openapiPlugin, { title: 'Jackfield admin API', version: '1' })
  app.register(routes, { prefix: '/api/v1' })
  try {
    await app.ready()
    return app.swagger() as unknown as OpenApi
  } finally {
    await app.close()
  }
}

const open = () => undefined

/** Ports that routes may take while they are registered; Fastify reads its own options from the same object. */
const FASTIFY_OPTIONS = ['prefix', 'logLevel', 'logSerializers', 'name', 'then']
const UNUSED: never = new Proxy(() => UNUSED, {
  get: (_target, member) => (typeof member === 'symbol' || FASTIFY_OPTIONS.includes(member) ? undefined : UNUSED),
}) as never
