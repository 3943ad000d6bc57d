import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuzzOperation, tryAll } from '../src/fuzz-operation.ts'
import { jsonOf } from '../src/hostile.ts'
import { type OpenApi, operationsOf, urlOf } from '../src/operations.ts'
import { requestsOf } from '../src/requests.ts'
import { sweptRequestsOf } from '../src/swept-requests.ts'
import { type Answer, judgeOf } from '../src/verdict.ts'

const document: OpenApi = {
  paths: {
    '/things/{thingId}': {
      put: {
        operationId: 'putThing',
        parameters: [{ name: 'preview', in: 'query', schema: { type: 'boolean' } }],
        requestBody: {
          content: {
            'application/json': {
              schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
            },
          },
        },
        responses: {
          '200': { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
          '400': {
            content: {
              'application/problem+json': { schema: { allOf: [{ properties: { code: { enum: ['no'] } } }] } },
            },
          },
        },
      },
    },
  },
  components: { schemas: { Thing: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } } },
}
const [operation] = operationsOf(document) as [ReturnType<typeof operationsOf>[0]]
const values = { thingId: '0198c0de-0000-7000-8000-000000000001' }
const json = (status: number, body: unknown): Answer => ({
  status,
  contentType: 'application/json',
  body: JSON.stringify(body),
})
const refusal = { type: 'urn:x', title: 'No.', status: 400, code: 'no', requestId: 'r' }
const judge = judgeOf(document)

test('operations are read with their parameters, query, body and declared answers', () => {
  expect(operation).toMatchObject({
    id: 'putThing',
    method: 'PUT',
    parameters: ['thingId'],
    statuses: ['200', '400'],
    refusals: ['no'],
  })
  expect(urlOf(operation, { thingId: 'a/b' })).toBe('/things/a%2Fb')
  expect(() => urlOf(operation, {})).toThrow('thingId')
})

test.each([
  ['a 500', json(500, refusal), /status 500/],
  ['a status that is not declared', json(204, ''), /not declared/],
  ['an answer that lacks a member', json(200, {}), /name/],
  ['an answer that is no JSON', { status: 200, contentType: 'application/json', body: '<' }, /not what 200/],
  ['a refusal of another type', json(400, refusal), /of type application\/json/],
  [
    'a refusal without a request id',
    { ...json(400, { ...refusal, requestId: undefined }), contentType: 'application/problem+json' },
    /request id/,
  ],
  [
    'a refusal that shows the inside',
    { ...json(400, { ...refusal, title: 'Failed query: insert' }), contentType: 'application/problem+json' },
    /inside/,
  ],
  [
    'a refusal with a code that is not declared',
    { ...json(400, { ...refusal, code: 'other' }), contentType: 'application/problem+json' },
    /undeclared: other/,
  ],
])('%s is a complaint', (_case, answer, complaint) => {
  expect(judge(operation, answer).join()).toMatch(complaint)
})

test('a declared response and an RFC 9457 refusal pass', () => {
  expect(judge(operation, json(200, { name: 'x' }))).toEqual([])
  expect(judge(operation, { ...json(400, refusal), contentType: 'application/problem+json; charset=utf-8' })).toEqual(
    [],
  )
})

test('numbers beyond the range of JavaScript are sent unchanged', () => {
  expect(jsonOf({ a: '@number:1e999', b: ['@number:9007199254740993'] })).toBe('{"a":1e999,"b":[9007199254740993]}')
})

test('requests are a mix of valid bodies, nearly valid ones and other content types', () => {
  const requests = fc.sample(requestsOf(operation, document, values), { numRuns: 500, seed: 7 })
  const bodies = requests.map(({ payload = '' }) => payload)
  const isRight = (payload: string) => {
    try {
      return typeof JSON.parse(payload).name === 'string'
    } catch {
      return false
    }
  }
  expect(bodies.filter(isRight).length).toBeGreaterThan(200)
  expect(bodies.filter((payload) => !isRight(payload)).length).toBeGreaterThan(100)
  expect(requests.filter(({ headers }) => headers['content-type'] !== 'application/json').length).toBeGreaterThan(30)
  expect(requests.filter(({ url }) => url.startsWith(`/things/${values.thingId}`)).length).toBeGreaterThan(300)
})

test('a service that fails on a NUL is reported with the failing request', async () => {
  const send = async ({ payload = '' }: { payload?: string }) =>
    payload.includes('\\u0000') ? json(500, refusal) : json(200, { name: 'x' })
  await expect(fuzzOperation({ operation, document, values, send, runs: 500 })).rejects.toThrow(/u0000/)
})

test('each place of an accepted request is tried with each hostile value, the other places unchanged', async () => {
  const requests = sweptRequestsOf(operation, values, { name: 'x', more: [{ size: 1 }] })
  const bodies = requests.map(({ payload = '' }) => payload)
  expect(bodies).toContain('{"name":"a\\u0000b","more":[{"size":1}]}')
  expect(bodies).toContain('{"name":"x","more":[{"size":1e999}]}')
  expect(requests.some(({ url }) => url === '/things/%25?')).toBe(true)
  expect(requests.some(({ url }) => url.endsWith('?preview=%25'))).toBe(true)
  const send = async ({ payload = '' }: { payload?: string }) =>
    payload.includes('9007199254740993') ? json(500, refusal) : json(200, { name: 'x' })
  await expect(tryAll(operation, document, requests, send)).rejects.toThrow('9007199254740993')
})
