import { expect, test } from 'vitest'
import { hostCandidates, isPlatformHost } from '../../src/domain/host.ts'

const BASE = 'http://phone.localhost:4000'
const apps = [{ tenantUrl: 'https://{tenant}.web.example/app' }]

test('a host under the base domain means its slug first', () => {
  expect(hostCandidates('acme.phone.localhost:4000', BASE, apps)[0]).toEqual({
    kind: 'slug',
    slug: 'acme',
    origin: 'http://acme.phone.localhost:4000',
  })
})

test('RU-10 an app’s host means its slug at the app’s scheme', () => {
  expect(hostCandidates('acme.web.example', BASE, apps)).toEqual([
    { kind: 'slug', slug: 'acme', origin: 'https://acme.web.example' },
  ])
})

test('a custom host counts on the platform’s port only', () => {
  expect(hostCandidates('calls.acme.example:4000', BASE, apps)).toEqual([
    { kind: 'custom', hostname: 'calls.acme.example', origin: 'http://calls.acme.example:4000' },
  ])
  expect(hostCandidates('calls.acme.example', BASE, apps)).toEqual([])
  expect(hostCandidates('calls.acme.example', 'https://phone.example', apps)).toMatchObject([{ kind: 'custom' }])
  expect(hostCandidates('calls.acme.example:8443', 'https://phone.example', apps)).toEqual([])
})

test.each([
  'a.b.phone.localhost:4000',
  '.phone.localhost:4000',
  'acme.phone.localhost',
  'acme.phone.localhost:4001',
  '',
])('RU-10 the host %j means no slug', (host) => {
  expect(hostCandidates(host, BASE, apps).filter(({ kind }) => kind === 'slug')).toEqual([])
})

test.each([
  ['phone.localhost', true],
  ['deep.acme.phone.localhost', true],
  ['acme.web.example', true],
  ['shared.example', true],
  ['notphone.localhost', false],
  ['a.b.web.example', false],
  ['calls.acme.example', false],
])('whether %s belongs to the platform: %s', (hostname, expected) => {
  const catalogue = [{ tenantUrl: 'https://{tenant}.web.example:8443/app', sharedUrl: 'https://shared.example/x' }]
  expect(isPlatformHost(hostname, BASE, catalogue)).toBe(expected)
})
