import swagger from '@fastify/swagger'
import plugin from 'fastify-plugin'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'

/**
 * OpenAPI 3.1 from the routes' own schemas: bodies are closed, answers open, so that a later version may add a member.
 * Register before the routes; serve `app.swagger()` where the service wants it.
 */
export const openapiPlugin = plugin<{ title: string; version: string }>(async (app, { title, version }) => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version },
      components: { securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'An API key' } } },
      security: [{ apiKey: [] }],
    },
    transform: (route) => {
      const { schema, url } = jsonSchemaTransform(route)
      return { schema: { ...schema, ...(schema?.response ? { response: opened(schema.response) } : {}) }, url }
    },
    transformObject: (whole) => openedAnswers(jsonSchemaTransformObject(whole)),
  })
})

type Document = ReturnType<typeof jsonSchemaTransformObject>

/** The transformation names a schema that is sent `…Input`, and as it is answered without it. */
function openedAnswers(document: Document): Document {
  const { components = {} } = document as { components?: { schemas?: Record<string, unknown> } }
  const named = Object.entries(components.schemas ?? {}).map(([name, schema]) => [
    name,
    name.endsWith('Input') ? schema : opened(schema),
  ])
  return { ...document, components: { ...components, schemas: Object.fromEntries(named) } } as Document
}

/** The same JSON schema without `additionalProperties: false`, which zod writes for every object of an answer. */
function opened<Schema>(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === 'additionalProperties' && value === false ? undefined : value,
  )
}
