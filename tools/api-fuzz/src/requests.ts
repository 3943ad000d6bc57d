import fc from 'fast-check'
import { HOSTILE_CONTENT_TYPES, hostileText, hostileValue, isSegment, jsonOf } from './hostile.ts'
import { type OpenApi, type Operation, resolve, type Schema, urlOf } from './operations.ts'

export type FuzzRequest = {
  method: Operation['method'] | 'HEAD'
  url: string
  headers: Record<string, string>
  payload?: string
}

/** Members that clients must not be able to set (mass assignment, AD-05). */
export const PRIVILEGED = [
  'id',
  'tenantId',
  'createdAt',
  'updatedAt',
  'version',
  'role',
  'scope',
  'status',
  'sealed',
  '__proto__',
  'constructor',
]

/** Existing values by the name of the parameter or member. */
export type Known = Readonly<Record<string, string>>

const mostly = <Value>(usual: fc.Arbitrary<Value>, rare: fc.Arbitrary<Value>, weight = 12): fc.Arbitrary<Value> =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: rare })

/**
 * Values of a JSON Schema, sometimes with a hostile value in one place: a nearly valid request gets further than noise.
 * `known` holds existing values.
 */
export function valuesOf(schema: Schema, document: OpenApi, known: Known, depth = 0): fc.Arbitrary<unknown> {
  return mostly(fittingValues(resolve(schema, document), document, known, depth), hostileValue, 8 + depth * 8)
}

function fittingValues(schema: Schema, document: OpenApi, known: Known, depth: number): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return fc.oneof(...choices.map((choice) => valuesOf(choice, document, known, depth)))
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  switch (type) {
    case 'object':
      return objects(schema, document, known, depth)
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}, document, known, depth + 1), {
        minLength: schema.minItems ?? 0,
        maxLength: (schema.minItems ?? 0) + 3,
      })
    case 'string':
      return strings(schema, known)
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? -10, max: Math.max(schema.minimum ?? -10, schema.maximum ?? 1_000) })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return hostileValue
  }
}

function objects(schema: Schema, document: OpenApi, known: Known, depth: number): fc.Arbitrary<unknown> {
  const members = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, member]) => [
      name,
      namedValues(name, member, document, known, depth + 1),
    ]),
  )
  const usual = fc.record(members, { requiredKeys: schema.required ?? [] })
  const privileged = fc.dictionary(fc.constantFrom(...PRIVILEGED), hostileValue, { maxKeys: 2 })
  return mostly<unknown>(
    usual,
    fc.tuple(privileged, usual).map(([more, value]) => ({ ...more, ...value })),
    6,
  )
}

/** URLs on reserved hosts (RFC 2606): a service that follows them reaches nobody. */
const nobodysUrl = fc.webUrl().map((url) => url.replace(/^(https?:\/\/[^/?#]+)/, '$1.example'))

/** Half of the values are existing ones where they fit: the same name can mean different things in other places. */
function namedValues(
  name: string,
  schema: Schema,
  document: OpenApi,
  known: Known,
  depth: number,
): fc.Arbitrary<unknown> {
  const values = valuesOf(schema, document, known, depth)
  const existing = known[name]
  const fits = existing !== undefined && new RegExp(schema.pattern ?? '').test(existing)
  return fits ? fc.oneof(fc.constant(existing), values) : values
}

function strings(schema: Schema, known: Known): fc.Arbitrary<string> {
  const { format, pattern, minLength = 0, maxLength = 200 } = schema
  const ids = Object.values(known)
  if (format === 'uuid' || /0-9a-f.*\{12\}/i.test(pattern ?? ''))
    return fc.oneof(fc.uuid(), ...(ids.length > 0 ? [fc.constantFrom(...ids)] : []))
  if (format === 'date-time')
    return fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
      .map((date) => date.toISOString())
  if (format === 'uri') return fc.oneof(nobodysUrl, fc.constantFrom('https://pbx.example/hook', 'http://127.0.0.1:9/'))
  const matching = pattern === undefined ? undefined : textsOf(pattern)
  if (matching) return matching
  return fc.oneof(
    fc.string({ minLength, maxLength: Math.min(maxLength, 40) }),
    fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 20) }),
  )
}

/** Undefined for an expression that values cannot be generated from, such as one with a lookahead. */
function textsOf(pattern: string): fc.Arbitrary<string> | undefined {
  try {
    return fc.stringMatching(new RegExp(pattern)).filter((text) => text.length <= 300)
  } catch {
    return undefined
  }
}

/** Requests to one operation, nearly valid in path, query, headers and body. `known` holds values of path parameters. */
export function requestsOf(operation: Operation, document: OpenApi, known: Known): fc.Arbitrary<FuzzRequest> {
  const parameters = fc.record(
    Object.fromEntries(
      operation.parameters.map((name) => [
        name,
        mostly(fc.constant(known[name] ?? ''), fc.oneof(fc.uuid(), hostileText.filter(isSegment)), 6),
      ]),
    ),
  )
  // Generated cursors are always refused: the few from `stray` are enough.
  const asked = operation.query.filter(({ name }) => name !== 'cursor')
  const query = fc.record(
    Object.fromEntries(
      asked.map(({ name, schema }) => [name, namedValues(name, schema, document, known, 1).map(textOf)]),
    ),
    { requiredKeys: asked.filter(({ required }) => required).map(({ name }) => name) },
  )
  // An unknown parameter is refused in any case: rare, so that most requests get further.
  const strayNames = fc.constantFrom('limit', 'cursor', 'x', '__proto__', 'tenantId')
  const stray = mostly(fc.constant({}), fc.dictionary(strayNames, hostileText, { minKeys: 1, maxKeys: 1 }), 6)
  const headers = mostly(
    fc.constant({}),
    fc.record({ 'if-match': fc.constantFrom('"1"', '*', 'W/"x"', '"', '1e999', '"99999999999999999999"') }),
    6,
  )
  return fc
    .tuple(parameters, query, stray, headers, bodiesOf(operation, document, known))
    .map(([path, wanted, more, extra, body]) => {
      const search = new URLSearchParams(
        Object.entries({ ...wanted, ...more }).map(([name, value]): [string, string] => [
          name,
          String(value).toWellFormed(),
        ]),
      )
      const url = `${urlOf(operation, path as Record<string, string>)}${search.size > 0 ? `?${search}` : ''}`
      return {
        method: operation.method,
        url,
        headers: { ...extra, ...body.headers },
        ...(body.payload !== undefined && { payload: body.payload }),
      }
    })
}

type Body = { headers: Record<string, string>; payload?: string }
function bodiesOf({ method, body }: Operation, document: OpenApi, known: Known): fc.Arbitrary<Body> {
  if (method === 'GET') return fc.constant({ headers: {} })
  const json = (value: unknown): Body => ({ headers: { 'content-type': 'application/json' }, payload: jsonOf(value) })
  const fitting = body ? valuesOf(body, document, known).map(json) : fc.constant<Body>({ headers: {} })
  const noise = hostileValue.map(json)
  const mislabelled = fc
    .tuple(fc.constantFrom(...HOSTILE_CONTENT_TYPES), fc.oneof(hostileText, hostileValue.map(jsonOf)))
    .map(
      ([type, payload]): Body => ({
        headers: type === undefined ? {} : { 'content-type': type },
        payload,
      }),
    )
  return fc.oneof(
    { weight: 10, arbitrary: fitting },
    { weight: 2, arbitrary: noise },
    { weight: 2, arbitrary: mislabelled },
  )
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.replace('@number:', '') : jsonOf(value))
