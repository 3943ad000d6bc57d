import * as client from 'openid-client'
import { expect, test } from 'vitest'
import { explainAadsts, explainRefusal } from '../src/aadsts.ts'
import { microsoftOrigins } from '../src/clouds.ts'
import { isCancelled, readEntraError, readEntraFailure, readRefusal } from '../src/entra-failure.ts'

const id = '0f1c2d3e-4b5a-6978-8796-a5b4c3d2e1f0'

test('S27 the AADSTS code, correlation id and time are read from both forms of Microsoft’s text', () => {
  for (const gap of [' ', '\r\n']) {
    const text = `AADSTS7000215: Invalid client secret provided.${gap}Trace ID: ${id}${gap}Correlation ID: ${id}${gap}Timestamp: 2026-01-02 03:04:05Z`
    expect(readEntraError('invalid_client', text)).toEqual({
      kind: 'refused',
      error: 'invalid_client',
      code: 'AADSTS7000215',
      correlationId: id,
      timestamp: '2026-01-02 03:04:05Z',
    })
  }
})

test.each([
  ["AADSTS90038: Tenant 'x' request is being redirected to the National Cloud 'microsoftonline.us'.", 'us-gov'],
  [
    "AADSTS90038: The specified tenant 'x' belongs to the National Cloud 'partner.microsoftonline.cn'. Current cloud instance 'microsoftonline.com'",
    'china',
  ],
  ["AADSTS900382: belongs to the National Cloud 'microsoftonline.com'.", 'global'],
  ["AADSTS90038: belongs to the National Cloud 'evil.example'.", undefined],
  ["AADSTS90002: Tenant 'x' not found.", undefined],
])('S27 where a directory of another cloud is, is read from what Entra ID says: %s', (text, cloud) => {
  expect(readEntraError('invalid_request', text).otherCloud).toBe(cloud)
})

test.each([
  ['https://login.microsoftonline.us/x/v2.0', 'DODCON', 'us-gov'],
  ['https://login.microsoftonline.us/x/v2.0', 'DOD', 'us-gov-dod'],
  ['https://login.microsoftonline.us/x/v2.0', undefined, 'us-gov'],
  ['https://login.partner.microsoftonline.cn/x/v2.0', null, 'china'],
  ['https://login.microsoftonline.com/x/v2.0', 7, 'global'],
])(
  'S27 where a directory of another cloud is, is read from the issuer that was not expected: %s %s',
  (issuer, part, cloud) => {
    const details = {
      attribute: 'issuer',
      expected: 'https://y.example',
      body: { issuer, tenant_region_sub_scope: part },
    }
    const failure = readEntraFailure(new client.ClientError('x', { cause: new Error('y', { cause: details }) }))
    expect(failure).toMatchObject({ kind: 'refused', code: undefined, otherCloud: cloud })
    for (const language of ['en', 'de'] as const)
      expect(explainRefusal({ code: undefined, error: 'other_cloud' }, language).message).toMatch(/cloud/i)
  },
)

test.each(['https://login.evil.example/x', 'no address', 7, undefined])(
  'S27 an unexpected issuer that is no cloud’s is a malformed answer: %s',
  (issuer) => {
    const details = { attribute: 'issuer', body: { issuer } }
    expect(readEntraFailure(new client.ClientError('x', { cause: new Error('y', { cause: details }) })).kind).toBe(
      'malformed',
    )
  },
)

test('S27 a refusal without a text, or with a foreign one, still has its error name', () => {
  expect(readEntraError('server_error', undefined)).toMatchObject({ error: 'server_error', code: undefined })
  expect(readEntraError('x'.repeat(500), '<script>AADSTS1</script>')).toMatchObject({
    error: 'x'.repeat(64),
    code: undefined,
  })
})

test('S27 wrong and expired secrets are explained in plain words, unknown codes name themselves', () => {
  expect(explainAadsts('AADSTS7000215').remedy).toContain('Value, not its Secret ID')
  expect(explainAadsts('AADSTS7000222').message).toContain('expired')
  expect(explainAadsts('AADSTS1234567').remedy).toContain('error?code=1234567')
  expect(explainAadsts(undefined).message).toContain('without saying why')
})

test('T-115 time-outs and broken connections are distinguished; our own errors are not swallowed', () => {
  expect(readEntraFailure(new Error('x', { cause: new DOMException('slow', 'TimeoutError') }))).toEqual({
    kind: 'timeout',
  })
  expect(
    readEntraFailure(
      new TypeError('fetch failed', { cause: Object.assign(new Error('no'), { code: 'ECONNREFUSED' }) }),
    ),
  ).toEqual({
    kind: 'unreachable',
  })
  expect(() => readEntraFailure(new RangeError('ours'))).toThrow(RangeError)
})

test('T-100 the hosts of Microsoft come from a fixed list or from the operator', () => {
  expect(microsoftOrigins('global', {})).toMatchObject({
    login: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
  })
  expect(microsoftOrigins('us-gov-dod', {})).toMatchObject({
    login: 'https://login.microsoftonline.us',
    graph: 'https://dod-graph.microsoft.us',
  })
  expect(microsoftOrigins('china', { MICROSOFT_LOGIN_URL: 'http://127.0.0.1:4010' })).toMatchObject({
    login: 'http://127.0.0.1:4010',
    graphResource: 'https://microsoftgraph.chinacloudapi.cn',
  })
})

test.each([
  ['the bare answer', { error: 'access_denied' }, 'cancel', true],
  ['the bare answer without its sub-code', { error: 'access_denied' }, undefined, true],
  ['65004', { error: 'access_denied', description: 'AADSTS65004: declined.' }, undefined, true],
  ['65004 as consent_required', { error: 'consent_required', description: 'AADSTS65004: declined.' }, undefined, true],
  ['another code', { error: 'access_denied', description: 'AADSTS50105: not assigned.' }, undefined, false],
  ['consent that nobody was asked for', { error: 'consent_required' }, undefined, false],
  ['another error', { error: 'server_error' }, undefined, false],
])(
  'FC-02 T-133 whether somebody cancelled, by %s',
  (_case, { error, description }: { error: string; description?: string }, subcode, expected) => {
    expect(isCancelled(readEntraError(error, description), subcode)).toBe(expected)
  },
)

test.each<[unknown, string | undefined]>([
  [{ error: 'invalid_tenant', error_description: 'AADSTS90002: No.' }, 'AADSTS90002'],
  [{ error: 'server_error', error_description: 7 }, undefined],
  [{ error: { code: 'invalid_tenant', message: 'Unknown tenant.' } }, undefined],
])('S27 the error document %j of a raw answer is read', async (body, code) => {
  const error = new client.ClientError('x', { cause: Response.json(body, { status: 400 }) })
  expect(await readRefusal(error)).toMatchObject({ kind: 'refused', code })
})

test.each([{ error: { code: 'blocked' } }, { error: { code: 7 } }, { message: 'x' }, [], null])(
  'S27 %j is no error document of OAuth',
  async (body) => {
    const error = new client.ClientError('x', { cause: Response.json(body, { status: 404 }) })
    expect(await readRefusal(error)).toBeUndefined()
  },
)
