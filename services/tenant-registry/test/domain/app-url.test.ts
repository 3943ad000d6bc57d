import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findUrlDefects, slugOfHost, tenantOrigin } from '../../src/domain/app-url.ts'

const isLoopback = (hostname: string) =>
  hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '127.0.0.1'
const tenantUrl = 'https://{tenant}.phone.example'

const defectAt = (member: string) => {
  const [message, detail] = [expect.any(String), expect.any(String)]
  return { path: `body.${member}`, message, pointer: `/${member}`, in: 'body', code: 'invalid-url', detail }
}

test.each([
  ['https://{tenant}.phone.example', undefined],
  ['https://web.{tenant}.phone.example:8443/app', undefined],
  ['http://{tenant}.phone.localhost:4000/web', 'http://localhost:4100'],
  ['https://{tenant}.phone.example', 'http://127.0.0.1:4100/x'],
])('T-41 %s with the shared address %s is accepted', (tenant, sharedUrl) => {
  expect(findUrlDefects({ tenantUrl: tenant, ...(sharedUrl ? { sharedUrl } : {}) }, isLoopback)).toEqual([])
})

test.each([
  'https://{tenant}',
  'https://a{tenant}.phone.example',
  'https://{tenant}a.phone.example',
  'https://{tenant}.{tenant}.phone.example',
  'https://phone.example/{tenant}',
  'https://phone.example:{tenant}',
  'https://{tenant}@phone.example',
  'https://u:{tenant}@phone.example',
  'https://{tenant}.phone.example?x=1',
  'https://{tenant}.phone.example/?',
  'https://{tenant}.phone.example/#',
  'https://{tenant}.*.example',
  'https://{tenant}.phone.example\\@evil.example',
  'https:{tenant}.phone.example',
  'ftp://{tenant}.phone.example',
  'http://{tenant}.localhost.evil.example',
  'https://{Tenant}.phone.example',
  'https://{tenant}.10.0.0.1',
])('T-41 RU-06 the tenant address %s is refused', (url) => {
  expect(findUrlDefects({ tenantUrl: url }, isLoopback)).toEqual([defectAt('tenantUrl')])
})

test.each([
  'https://169.254.169.254',
  'https://[fe80::1]',
  'https://2852039166',
  'https://0xa9fea9fe',
  'https://10.0.0.1/x',
  'data:text/html,x',
  'https://{tenant}.phone.example',
  'https://%6chost.example',
  'https://@host.example',
])('T-41 RU-06 the shared address %s is refused', (sharedUrl) => {
  expect(findUrlDefects({ tenantUrl, sharedUrl }, isLoopback)).toEqual([defectAt('sharedUrl')])
})

test.each([
  ['https://{tenant}.phone.example/web', 'acme.phone.example', 'acme'],
  ['https://{tenant}.phone.example:8443/web', 'acme.phone.example:8443', 'acme'],
  ['https://web.{tenant}.phone.example', 'web.acme.phone.example', 'acme'],
  ['https://{tenant}.phone.example', 'a.b.phone.example', undefined],
  ['https://{tenant}.phone.example', '.phone.example', undefined],
  ['https://{tenant}.phone.example', 'phone.example', undefined],
  ['https://{tenant}.phone.example', 'acmephone.example', undefined],
  ['https://{tenant}.phone.example', 'acme.phone.example.evil.example', undefined],
  ['https://{tenant}.phone.example:8443', 'acme.phone.example', undefined],
  ['https://{tenant}.phone.example', 'acme.phone.example:8443', undefined],
  ['https://x.{tenant}.x', 'x.x', undefined],
])('RU-10 at %s the host %s means the slug %s', (url, host, slug) => {
  expect(slugOfHost(url, host)).toBe(slug)
})

test('the origin of a tenant address has the slug in place and no path', () => {
  expect(tenantOrigin('http://web.{tenant}.phone.localhost:4000/app', 'acme')).toBe(
    'http://web.acme.phone.localhost:4000',
  )
})

test('RU-10 any slug is found by its own host, and by no host with one more label', () => {
  const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/).filter((text) => text.slice(2, 4) !== '--')
  const template = fc.constantFrom(
    'https://{tenant}.phone.example/a',
    'https://web.{tenant}.x.example:8443',
    'http://{tenant}.localhost:4000',
  )
  fc.assert(
    fc.property(template, label, label, (url, slug, other) => {
      const host = new URL(tenantOrigin(url, slug)).host
      expect(slugOfHost(url, host)).toBe(slug)
      expect(slugOfHost(url, host.replace(slug, `${other}.${slug}`))).toBeUndefined()
    }),
  )
})
