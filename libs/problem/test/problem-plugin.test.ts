import { type FastifyInstance, fastify } from 'fastify'
import { serializerCompiler } from 'fastify-type-provider-zod'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { defineErrors } from '../src/app-error.ts'
import { problemPlugin } from '../src/problem-plugin.ts'
import { refuse as refuseWithCatalogue } from '../src/refuse.ts'
import { requestValidator } from '../src/request-validator.ts'
import { UnavailableError } from '../src/unavailable-error.ts'

const refuse = defineErrors({
  'extension-taken': { status: 409, title: 'The extension is taken.', help: 'The member `holder` names who has it.' },
  'directory-busy': { status: 503, title: 'The directory is busy.' },
  starting: { status: 503, title: 'The service is starting.' },
})
let app: FastifyInstance
let log: string[]
beforeEach(async () => {
  log = []
  app = fastify({ logger: { stream: { write: (line: string) => log.push(line) } } })
  app.setValidatorCompiler(requestValidator)
  app.setSerializerCompiler(serializerCompiler)
  await app.register(problemPlugin)
})
afterEach(() => app.close())

function throwing(error: unknown) {
  app.get('/', () => Promise.reject(error))
  return app.inject('/')
}
const coded = (code: string, message = 'inside') => Object.assign(new Error(message), { code })

test('an expected refusal keeps its status, code, sentence and members, as uncached RFC 9457 problem details', async () => {
  const answer = await throwing(refuse('extension-taken', { members: { holder: 'Adele Vance' } }))
  expect(answer.statusCode).toBe(409)
  expect(answer.headers).toMatchObject({
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
  })
  expect(answer.json()).toEqual({
    type: '/api/v1/problems/extension-taken',
    title: 'The extension is taken.',
    detail: 'The member `holder` names who has it.',
    status: 409,
    code: 'extension-taken',
    holder: 'Adele Vance',
    requestId: expect.any(String),
  })
})

test('a refusal may bring its own detail and time to come back; the title of a code is fixed', async () => {
  const answer = await throwing(refuse('directory-busy', { detail: 'Microsoft asks to wait.', retryAfter: 17 }))
  expect(answer.json()).toMatchObject({ title: 'The directory is busy.', detail: 'Microsoft asks to wait.' })
  expect(answer.headers['retry-after']).toBe('17')
})

test('a 401 says how to authenticate', async () => {
  expect((await throwing(refuseWithCatalogue('unauthenticated'))).headers['www-authenticate']).toBe('Bearer')
})

test('any 503 says when to come back', async () => {
  expect((await throwing(refuse('directory-busy'))).headers['retry-after']).toBe('2')
})

test('a code outside the catalogue is a mistake of ours, not a refusal', () => {
  const unknown: string = 'no-such-code'
  expect(() => refuse(unknown as 'extension-taken')).toThrow(TypeError)
})

test('an unexpected error reveals no internals, and is logged once with its cause', async () => {
  const answer = await throwing(new Error('select * from secrets', { cause: coded('42P01') }))
  expect([answer.statusCode, answer.json().code]).toEqual([500, 'internal-error'])
  expect(answer.body).not.toContain('secrets')
  expect(log.filter((line) => line.includes('select * from secrets'))).toHaveLength(1)
})

test.each([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  '08006',
  '08P01',
  '57P01',
  '57P03',
  '57014',
  '53100',
  '53300',
])('T-115 a store that fails with %s, however deep, is a 503 and not a 500', async (code) => {
  const answer = await throwing(new Error('query failed', { cause: new Error('driver', { cause: coded(code) }) }))
  expect([answer.statusCode, answer.json().code]).toEqual([503, 'temporarily-unavailable'])
})

test.each(['timeout exceeded when trying to connect', 'Connection terminated unexpectedly'])(
  'T-115 the pool’s “%s” is a 503',
  async (message) => {
    expect((await throwing(new Error(message))).statusCode).toBe(503)
  },
)

test.each(['23505', '42501', 'ERR_ASSERTION'])('an error %s of our own making stays a 500', async (code) => {
  expect((await throwing(coded(code))).statusCode).toBe(500)
})

test.each(['22021', '22P05'])('text that Postgres cannot store (%s) is the caller’s mistake', async (code) => {
  const answer = await throwing(new Error('query failed', { cause: coded(code) }))
  expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid-request'])
})

test.each([
  ['a body that is not JSON', { 'content-type': 'application/json' }, '{', 400, 'invalid-request'],
  ['a media type nobody reads', { 'content-type': 'text/csv' }, 'a;b', 415, 'unsupported-media-type'],
  [
    'a body beyond the limit',
    { 'content-type': 'application/json' },
    JSON.stringify('x'.repeat(2_000)),
    413,
    'body-too-large',
  ],
])('%s is refused', async (_what, headers, payload, status, code) => {
  app.post('/', { bodyLimit: 1_000 }, () => 'ok')
  const answer = await app.inject({ method: 'POST', url: '/', headers, payload })
  expect([answer.statusCode, answer.json().code]).toEqual([status, code])
})

test('an address with nothing behind it is a 404 in the same form', async () => {
  const answer = await app.inject('/nowhere')
  expect([answer.statusCode, answer.json().code]).toEqual([404, 'not-found'])
})

test('T-115 an unavailable error of an adapter is a 503 without details, also as a nested cause', async () => {
  const answer = await throwing(new Error('sealing failed', { cause: new UnavailableError('Vault is sealed.') }))
  expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([
    503,
    'temporarily-unavailable',
    '2',
  ])
  expect(answer.body).not.toContain('Vault')
})

test('an answer of 5xx is logged as an error, except by a service that starts: that is no fault', async () => {
  const levelsOf = () =>
    log.flatMap((line) => (JSON.parse(line).msg === 'request refused' ? [JSON.parse(line).level] : []))
  app.get('/starting', () => Promise.reject(refuse('starting')))
  expect((await app.inject('/starting')).statusCode).toBe(503)
  expect(levelsOf()).toEqual([30])
})

test('an answer of 5xx from a service that runs is logged as an error', async () => {
  await throwing(refuse('directory-busy'))
  expect(log.map((line) => JSON.parse(line).level)).toContain(50)
})
