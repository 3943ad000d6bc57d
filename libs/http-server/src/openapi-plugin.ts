import swagger from '@fastify/swagger'
import type { ProblemCode } from '@jackfield/contract/http/problems/catalogue'
import { Problem } from '@jackfield/contract/http/problems/problem'
import type { FastifySchema, RouteOptions } from 'fastify'
import plugin from 'fastify-plugin'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refusalComponents, refusalResponses, refusalsOf } from './openapi-refusals.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the operation belongs to the platform alone. */
    platformOnly?: true
    handOver?: boolean
  }
}

/**
 * OpenAPI 3.1 from the routes' own schemas, with who may call and what is refused. Bodies are closed, answers open, so
 * that a later version may add a member. Register before the routes; serve `app.swagger()` where the service wants it.
 */
export const openapiPlugin = plugin<{ title: string; version: string }>(async (app, { title, version }) => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version },
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An API key' } } },
      security: [{ apiKey: [] }],
    },
    transform: (asked) => {
      const { schema, url } = jsonSchemaTransform(asked)
      if (schema === undefined || asked.schema?.hide) return { schema, url }
      const answers = { response: opened(schema.response ?? {}), 'x-refusals': refusalsOf(asked.schema ?? {}) }
      return { schema: { ...schema, ...callersOf(asked.schema, asked.route), ...answers }, url }
    },
    transformObject: (whole) => withComponents(withRefusals(jsonSchemaTransformObject(whole) as Document)) as object,
  })
})

/** Who may call: in the description for people, as `x-roles` and `x-scope` for programs. */
function callersOf({ summary = '', description = `${summary}.` }: Texts = {}, { method, config }: RouteOptions) {
  const reads = [method].flat().every((each) => each === 'GET' || each === 'HEAD')
  const roles = ['admin', ...(reads ? ['read'] : []), ...(config?.handOver ? ['hand-over'] : [])]
  const names = roles.map((role) => `\`${role}\``).join(', ')
  const says = `Roles: ${names}${config?.platformOnly ? '; with the scope `platform` only' : ''}.`
  return {
    description: `${description}\n\n${says}`,
    'x-roles': roles,
    'x-scope': config?.platformOnly ? 'platform' : 'tenant',
  }
}

type Texts = Pick<FastifySchema, 'summary' | 'description'>
type Operation = { responses?: object; 'x-refusals'?: readonly ProblemCode[] }
type Document = {
  paths?: Record<string, Record<string, Operation>>
  components?: Record<string, Record<string, unknown>>
}

/** The library would rewrite references inside a route's responses, so that refusals come in last. */
function withRefusals(document: Document): Document {
  for (const operation of Object.values(document.paths ?? {}).flatMap((path) => Object.values(path))) {
    operation.responses = { ...operation.responses, ...refusalResponses(operation['x-refusals'] ?? []) }
    delete operation['x-refusals']
  }
  return document
}

/**
 * Opens the schemas of answers, adds that of refusals, which no route names, and leaves out what nothing refers to. The
 * transformation calls a schema that is sent `…Input`, and as it is answered without it.
 */
function withComponents(document: Document): Document {
  const all: Record<string, unknown> = { ...document.components?.schemas, ...z.toJSONSchema(Problem).$defs }
  const schemas: Record<string, unknown> = {}
  const include = (referring: unknown) => {
    for (const [, name = ''] of JSON.stringify(referring).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (name in schemas) continue
      schemas[name] = name.endsWith('Input') ? all[name] : tagged(opened(all[name]))
      include(schemas[name])
    }
  }
  include([document.paths ?? {}, refusalComponents])
  return { ...document, components: { ...document.components, schemas, responses: refusalComponents } }
}

/** Requires the entity tag that `resourcesPlugin` gives to every resource. */
function tagged(schema: unknown): unknown {
  const { properties, required = [] } = schema as { properties?: object; required?: string[] }
  return properties && 'etag' in properties ? { ...(schema as object), required: [...required, 'etag'] } : schema
}

/** The same JSON schema without `additionalProperties: false`, which zod writes for every object of an answer. */
function opened<Schema>(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === 'additionalProperties' && value === false ? undefined : value,
  )
}
