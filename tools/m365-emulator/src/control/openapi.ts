import { z } from 'zod'
import type { Operation } from './operation.ts'

const PARAMETERS: Readonly<Record<string, string>> = {
  d: 'Directory: its id, or one of its domains',
  u: 'User: the object id, or the user principal name',
  g: 'Group: the object id',
  m: 'Member: the object id of a user or group',
  a: 'Application: the client id',
  k: 'Secret: its key id',
}

/** OpenAPI 3.1 of the control API, made from the operations that are its routes. */
export function openApiDocument(operations: readonly Operation[], server: string) {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const operation of operations) {
    const { method, path } = operation
    paths[path] = { ...paths[path], [method.toLowerCase()]: describeOperation(operation) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Control API of the Microsoft 365 emulator', version: '1' },
    servers: [{ url: server }],
    security: [{}, { controlKey: [] }],
    paths,
    components: { securitySchemes: { controlKey: { type: 'http', scheme: 'bearer' } } },
  }
}

function describeOperation({ method, path, summary, body, query }: Operation) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: PARAMETERS[name],
    schema: { type: 'string' },
  }))
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    schema: schemaOf(schema as z.ZodType),
  }))
  const refusal = { description: 'Refused', content: { 'application/json': { schema: REFUSAL } } }
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^a-z]+(\w?)/gi, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    parameters: [...inPath, ...inQuery],
    ...(body && { requestBody: { content: { 'application/json': { schema: schemaOf(body) } } } }),
    responses: { 200: { description: 'Done', content: { 'application/json': {} } }, default: refusal },
  }
}

const REFUSAL = { type: 'object', properties: { error: { type: 'string' } }, required: ['error'] }

/** Complete in itself: only a recursive part, which is any JSON value here, would be a reference. */
function schemaOf(schema: z.ZodType): unknown {
  const { $schema: _, $defs: __, ...described } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return JSON.parse(JSON.stringify(described), (_name, value) => (value?.$ref === undefined ? value : {}))
}
