import { expect, test } from 'vitest'
import { type OpenApi, type Operation, resolve, type Schema, urlOf } from './operations.ts'
import type { FuzzRequest } from './requests.ts'

type Answer = { status: number; body: string }
type Refusal = { code?: string; errors?: Array<{ pointer: string; in: string; code: string; detail: string }> }

type World = {
  document: OpenApi
  /** Values of path parameters that exist, and of required query parameters. */
  values: () => Readonly<Record<string, string>>
  /** An acceptable body for each operation that takes JSON. */
  bodies: Readonly<Record<string, () => object>>
  send(request: FuzzRequest): Promise<Answer>
  everything(): Promise<string>
}

const UNKNOWN = 'preveiw'

/**
 * Registers the tests of T-91 for each operation: unknown parameters and members are refused by name at any depth, and
 * nothing changes.
 */
export function testStrictRequests(
  operations: readonly Operation[],
  { document, values, bodies, send, everything }: World,
): void {
  async function expectRefused(
    request: FuzzRequest,
    error: { pointer: string; in: string; code: string },
  ): Promise<void> {
    const { status, body } = await send(request)
    const { code, errors }: Refusal = JSON.parse(body)
    expect([request.url, status, code]).toEqual([request.url, 400, 'invalid-request'])
    expect(errors).toContainEqual(expect.objectContaining({ ...error, detail: expect.stringContaining(UNKNOWN) }))
  }

  test.each(operations)(
    'T-91 S51 $id refuses a misspelled parameter by its name and changes nothing',
    async (operation) => {
      const before = await everything()
      const url = urlWith(operation, values(), [[UNKNOWN, 'true']])
      const request = { method: operation.method, url, ...jsonBody(operation.body && bodies[operation.id]?.()) }
      await expectRefused(request, { pointer: UNKNOWN, in: 'query', code: 'unknown-parameter' })
      expect(await everything()).toBe(before)
    },
  )

  const taking = operations.filter(({ body }) => body !== undefined)
  test.each(taking)(
    'T-91 S51 $id refuses a misspelled member by its pointer, at any depth, and changes nothing',
    async (operation) => {
      const accepted = bodies[operation.id]?.()
      if (!accepted) throw new Error(`The test has no body for ${operation.id}: give it one.`)
      const before = await everything()
      for (const { body, pointer } of withOneMore(accepted)) {
        const request = { method: operation.method, url: urlWith(operation, values()), ...jsonBody(body) }
        await expectRefused(request, { pointer, in: 'body', code: 'unknown-member' })
      }
      expect(await everything()).toBe(before)
    },
  )

  test.each(taking)(
    'T-91 S51 the document closes every object in the body of $id to other members',
    ({ body = {} }) => {
      expect(openObjects(body, document, '')).toEqual([])
    },
  )

  // A client may be older than the service: new members must not break it.
  test('S51 the document leaves every object of a response open to new members', () => {
    const closed = operations.flatMap(({ method, path, id }) =>
      Object.values(document.paths?.[path]?.[method.toLowerCase()]?.responses ?? {}).flatMap(({ content = {} }) =>
        Object.values(content).flatMap(({ schema = {} }) => closedObjects(schema, document, id)),
      ),
    )
    expect(closed).toEqual([])
  })

  const bare = operations.filter(({ method, body }) => body === undefined && method !== 'GET')
  test.each(bare)('T-91 S51 $id takes no JSON and refuses a body with content', async (operation) => {
    const before = await everything()
    const { method } = operation
    const { status, body } = await send({ method, url: urlWith(operation, values()), ...jsonBody({ [UNKNOWN]: true }) })
    const { code, errors }: Refusal = JSON.parse(body)
    if (code !== 'unsupported-media-type') expect([status, code]).toEqual([400, 'invalid-request'])
    if (code === 'invalid-request')
      expect(errors).toEqual([expect.objectContaining({ pointer: '', in: 'body', code: 'unexpected-body' })])
    expect(await everything()).toBe(before)
  })
}

/** The address of a request, with the query parameters that it needs. */
export function urlWith(
  operation: Operation,
  values: Readonly<Record<string, string>>,
  more: Array<[string, string]> = [],
): string {
  const needed = operation.query
    .filter(({ required }) => required)
    .map(({ name }): [string, string] => [name, values[name] ?? ''])
  return `${urlOf(operation, values)}?${new URLSearchParams([...needed, ...more])}`
}

function jsonBody(body: unknown): { headers: Record<string, string>; payload?: string } {
  if (body === undefined) return { headers: {} }
  return { headers: { 'content-type': 'application/json' }, payload: JSON.stringify(body) }
}

/**
 * Copies of a JSON value, one for each of its objects, with a misspelled member in that object and its JSON pointer
 * (RFC 6901).
 */
function withOneMore(value: unknown): Array<{ body: unknown; pointer: string }> {
  if (value === null || typeof value !== 'object') return []
  const inner = Object.entries(value).flatMap(([name, member]) =>
    withOneMore(member).map(({ body, pointer }) => ({
      body: Array.isArray(value) ? value.with(Number(name), body) : { ...value, [name]: body },
      pointer: `/${name}${pointer}`,
    })),
  )
  return Array.isArray(value) ? inner : [{ body: { ...value, [UNKNOWN]: true }, pointer: `/${UNKNOWN}` }, ...inner]
}

const openObjects = (schema: Schema, document: OpenApi, place: string) =>
  objectsIn(schema, document, place)
    .filter(({ object }) => object.properties && object.additionalProperties !== false)
    .map(({ at }) => at)

const closedObjects = (schema: Schema, document: OpenApi, place: string) =>
  objectsIn(schema, document, place)
    .filter(({ object }) => object.additionalProperties === false)
    .map(({ at }) => at)

/** Every object schema within a schema, with its path. */
function objectsIn(schema: Schema, document: OpenApi, at: string): Array<{ at: string; object: Schema }> {
  const resolved = resolve(schema, document)
  const { properties = {}, items, anyOf = [], oneOf = [], allOf = [] } = resolved
  return [
    ...(resolved.type === 'object' ? [{ at, object: resolved }] : []),
    ...Object.entries(properties).flatMap(([name, member]) => objectsIn(member, document, `${at}/${name}`)),
    ...(items ? objectsIn(items, document, `${at}/0`) : []),
    ...[...anyOf, ...oneOf, ...allOf].flatMap((choice) => objectsIn(choice, document, at)),
  ]
}
