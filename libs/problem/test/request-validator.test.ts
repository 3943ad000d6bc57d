import { type FastifyInstance, fastify } from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { problemPlugin } from '../src/problem-plugin.ts'
import { requestValidator } from '../src/request-validator.ts'

let app: FastifyInstance
beforeEach(async () => {
  app = fastify()
  app.setValidatorCompiler(requestValidator)
  await app.register(problemPlugin)
})
afterEach(() => app.close())

async function refusalOf(schema: { body?: z.ZodType; querystring?: z.ZodType }, payload: object, url = '/') {
  app.post('/', { schema }, () => 'ok')
  const answer = await app.inject({ method: 'POST', url, payload })
  expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid-request'])
  return answer.json().errors
}

test('S51 input against the schema names every wrong place, as a JSON pointer too, with what is wrong there', async () => {
  const body = z.object({ alias: z.string().min(1), ids: z.array(z.uuid()), 'a/b~c': z.boolean() })
  const errors = await refusalOf({ body }, { alias: '', ids: ['no'] })
  expect(errors).toEqual([
    expect.objectContaining({ path: 'body.alias', pointer: '/alias', in: 'body', code: 'too-small' }),
    expect.objectContaining({ path: 'body.ids.0', pointer: '/ids/0', in: 'body', code: 'invalid-format' }),
    expect.objectContaining({ path: 'body.a/b~c', pointer: '/a~1b~0c', in: 'body', code: 'required' }),
  ])
  for (const { message, detail } of errors) expect(detail).toBe(message)
})

test('S51 a parameter of the query is named as it is written', async () => {
  const querystring = z.strictObject({ limit: z.coerce.number() })
  expect(await refusalOf({ querystring }, {}, '/?limit=many&__proto__=1&limt=3')).toEqual([
    expect.objectContaining({ path: 'querystring.limit', pointer: 'limit', in: 'query', code: 'invalid-type' }),
    expect.objectContaining({ pointer: '__proto__', in: 'query', code: 'unknown-parameter' }),
    expect.objectContaining({
      pointer: 'limt',
      in: 'query',
      code: 'unknown-parameter',
      detail: 'There is no parameter "limt" here.',
    }),
  ])
})

test('T-91 S51 each unknown member is named, also where a body has several forms', async () => {
  const one = z.strictObject({ users: z.array(z.strictObject({ id: z.string() })) })
  const all = z.strictObject({ all: z.literal(true), sso: z.boolean() })
  const pointersOf = async (payload: object) => {
    const answer = await app.inject({ method: 'POST', url: '/', payload })
    return [answer.statusCode, answer.json().errors.map(({ pointer }: { pointer: string }) => pointer)]
  }
  app.post('/', { schema: { body: z.union([one, all]) } }, () => 'ok')
  expect(await pointersOf({ users: [{ id: 'a', 'x/y': 1, z: 2 }] })).toEqual([400, ['/users/0/x~1y', '/users/0/z']])
  expect(await pointersOf({ all: true, sso: false, users: [] })).toEqual([400, ['/users']])
})

test('T-102 the answer to a body with a hundred thousand wrong places stays small', async () => {
  const body = z.strictObject({ ids: z.array(z.uuid()) })
  const unknown = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`member-${index}`, 1]))
  expect(await refusalOf({ body }, { ids: Array.from({ length: 20_000 }, () => 'no'), ...unknown })).toHaveLength(100)
})
