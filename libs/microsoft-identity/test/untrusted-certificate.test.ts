import { expect, test } from 'vitest'
import { readEntraFailure } from '../src/entra-failure.ts'
import { untrustedCertificate } from '../src/untrusted-certificate.ts'

const fetchFailed = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) })

test.each([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])('FC-39 %s means that the certificate is not trusted', (code) => {
  expect(untrustedCertificate(fetchFailed(code))).toBe(code)
  expect(readEntraFailure(new Error('discovery', { cause: fetchFailed(code) }))).toEqual({
    kind: 'untrusted-certificate',
    code,
  })
})

test.each(['ECONNREFUSED', 'ENOTFOUND', 'UND_ERR_CONNECT_TIMEOUT', 'ERR_SSL_WRONG_VERSION_NUMBER'])(
  'FC-39 %s says nothing of a certificate',
  (code) => {
    expect(untrustedCertificate(fetchFailed(code))).toBeUndefined()
    expect(readEntraFailure(fetchFailed(code))).toEqual({ kind: 'unreachable' })
  },
)

test('FC-39 errors of other forms say nothing of a certificate', () => {
  expect(
    [undefined, 'CERT_HAS_EXPIRED', new Error('CERT_HAS_EXPIRED'), { code: 'CERT_X' }].map(untrustedCertificate),
  ).toEqual([undefined, undefined, undefined, undefined])
})
