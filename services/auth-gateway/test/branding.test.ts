import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Browser, send } from './browser.ts'
import { givenApp, givenGateway, type World } from './given.ts'
import { givenBranding, LOGO } from './given-branding.ts'
import { givenClient } from './oidc-client.ts'

let world: World
beforeAll(async () => {
  world = await givenGateway()
  givenApp(world, 'web-client')
})
afterAll(() => world.close())
beforeEach(() => {
  world.registry.givenTenant('acme', [])
  world.registry.outage.isDown = false
})

const open = (path = '/auth/sessions', headers = {}) => send(world.originOf('acme') + path, { headers })
const colourOf = (text: string) => /--fill:(#[0-9a-f]{6})/g[Symbol.matchAll](text)

test('a tenant’s name, colour and logo are on its pages, each allowed by the policy; another’s are not', async () => {
  world.registry.givenTenant('plain', [])
  const sha256 = givenBranding(world, 'acme', { displayName: 'Acme Phones', accentColour: '#7a1fa2' }, LOGO)
  for (const path of ['/auth/sessions', '/auth/signed-in', '/auth/device', '/auth/logout/success', '/nothing']) {
    const { text, headers } = await open(path, { accept: 'text/html' })
    expect(text).toContain(`<img class="logo" src="/auth/logo/${sha256}" alt=""><span>Acme Phones</span>`)
    expect([...colourOf(text)].map(([, colour]) => colour)).toContain('#7a1fa2')
    expect(headers['content-security-policy']).toMatch(/style-src 'sha256-[^']+' 'sha256-[^']+'; img-src 'self';/)
    expect(text).not.toContain('acme <Ltd>')
    expect(text).not.toMatch(/\sstyle=/)
  }
  const plain = await send(`${world.originOf('plain')}/auth/sessions`)
  expect(plain.text).not.toContain('Acme')
  expect(plain.headers['content-security-policy']).not.toContain('img-src')
})

test('the name also stands in the sentences', async () => {
  givenBranding(world, 'acme', { displayName: 'Acme Phones' })
  const page = await new Browser().open((await (await givenClient(world, 'acme')).begin()).url)
  expect(page.text).toContain('Sign-in with Microsoft is not set up for Acme Phones.')
})

test('S36 the tenant’s language serves browsers that ask for no supported one', async () => {
  givenBranding(world, 'acme', { language: 'de' })
  expect((await open()).headers['content-language']).toBe('de')
  expect((await open('/auth/sessions', { 'accept-language': 'fr' })).headers['content-language']).toBe('de')
  expect((await open('/auth/sessions', { 'accept-language': 'en-GB' })).headers['content-language']).toBe('en')
})

test('SI-09 T-14 hostile names are encoded, and a colour that is none never reaches a page', async () => {
  const evil = '</span><script>alert(1)</script>"\'><img src=x onerror=alert(1)>'
  givenBranding(world, 'acme', { displayName: evil, accentColour: '#fff}</style><script>alert(1)</script>' })
  const { text, headers } = await open()
  expect(text).not.toContain('<script')
  expect(text).not.toContain('<img')
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;')
  expect(text.match(/<style>/g)).toHaveLength(1)
  expect(headers['content-security-policy']).not.toContain('unsafe')
})

test('SI-09 the logo is served from our own origin as what it is, may do nothing, and is kept for good under its hash', async () => {
  const sha256 = givenBranding(world, 'acme', {}, LOGO)
  const { status, headers, text } = await open(`/auth/logo/${sha256}`)
  expect([status, text, headers['content-type']]).toEqual([200, LOGO, 'image/svg+xml'])
  expect(headers['content-security-policy']).toBe("default-src 'none'; style-src 'unsafe-inline'; sandbox")
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['cross-origin-resource-policy']).toBe('same-origin')
  expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
})

test('T-23 a logo exists on the hosts of its tenant alone, and only while it is the tenant’s', async () => {
  const sha256 = givenBranding(world, 'acme', {}, LOGO)
  world.registry.givenTenant('other', [])
  expect((await send(`${world.originOf('other')}/auth/logo/${sha256}`)).status).toBe(404)
  expect((await send(`${world.originOf('control')}/auth/logo/${sha256}`)).status).toBe(404)
  expect((await open(`/auth/logo/${'0'.repeat(64)}`)).status).toBe(404)
  expect((await open('/auth/logo/..%2f..%2fetc')).status).toBe(400)
  givenBranding(world, 'acme', { logo: null })
  expect((await open(`/auth/logo/${sha256}`)).status).toBe(404)
})
