/** The parts of OpenAPI 3.1 that the fuzzer reads. */
export type Schema = {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  required?: string[]
  items?: Schema
  format?: string
  pattern?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
}
type Parameter = { name: string; in: string; required?: boolean; schema: Schema }
type Content = Record<string, { schema?: Schema }>
type OperationObject = {
  operationId?: string
  parameters?: Parameter[]
  requestBody?: { content: Content }
  responses?: Record<string, Response>
}
type Response = { $ref?: string; content?: Content }
export type OpenApi = {
  paths?: Record<string, Record<string, OperationObject>>
  components?: { schemas?: Record<string, Schema>; responses?: Record<string, Response> }
}

export type Operation = {
  id: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path template, parameters in braces. */
  path: string
  parameters: string[]
  headers: string[]
  query: Parameter[]
  body: Schema | undefined
  statuses: string[]
  /** The codes of problem details that the operation declares. */
  refusals: string[]
}

/** Every operation of the document: a test over all of them includes new routes. */
export function operationsOf({ paths = {}, components = {} }: OpenApi): Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { operationId = `${method} ${path}`, parameters = [], requestBody, responses = {} }]) => ({
        id: operationId,
        method: method.toUpperCase() as Operation['method'],
        path,
        parameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
        headers: parameters.filter((parameter) => parameter.in === 'header').map((parameter) => parameter.name),
        query: parameters.filter((parameter) => parameter.in === 'query'),
        body: requestBody?.content['application/json']?.schema,
        statuses: Object.keys(responses),
        refusals: Object.values(responses).flatMap((response) => codesOf(response, components)),
      }),
    ),
  )
}

function codesOf(response: Response, components: NonNullable<OpenApi['components']>): string[] {
  const name = response.$ref?.split('/').at(-1)
  const { content } = name === undefined ? response : (components.responses?.[name] ?? {})
  const options = content?.['application/problem+json']?.schema?.allOf ?? []
  return options.flatMap(({ properties }) => properties?.code?.enum ?? []).map(String)
}

/** @throws Error for a path parameter without a value: the test has to provide one. */
export function urlOf({ path }: Pick<Operation, 'path'>, values: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`The test has no value for the path parameter ${name}: give it one.`)
    return encodeURIComponent(value.toWellFormed())
  })
}

/** Resolves a reference within the document. */
export function resolve(schema: Schema, document: OpenApi): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : (document.components?.schemas?.[name] ?? {})
}
