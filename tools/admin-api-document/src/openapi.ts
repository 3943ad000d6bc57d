/** The parts of OpenAPI 3.1 that are read and written here. */
export type Schema = {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  allOf?: Schema[]
  format?: string
  pattern?: string
  const?: unknown
  examples?: unknown[]
}
export type Media = { schema?: Schema; example?: unknown }
export type Parameter = { name: string; in: string; required?: boolean; schema: Schema; description?: string }
export type Response = { $ref?: string; description?: string; content?: Record<string, Media> }
export type Operation = {
  operationId: string
  summary: string
  description: string
  tags: string[]
  parameters?: Parameter[]
  requestBody?: { required?: boolean; content: Record<string, Media> }
  responses: Record<string, Response>
}
export type OpenApi = {
  openapi: string
  info: Record<string, unknown>
  servers: Array<{ url: string }>
  security: unknown[]
  tags: Array<{ name: string; description: string }>
  paths: Record<string, Record<string, Operation>>
  components: Record<string, Record<string, unknown>>
}

/** Every operation with its method and path. */
export function operationsOf({ paths }: OpenApi) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
}
