import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findLogoDefect } from '../src/domain/logo-image.ts'
import { putLogo, SVG } from './given-logo.ts'
import { adminOf, platform, type Registry, service, startRegistry } from './registry.ts'

let registry: Registry
beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.close())

const change = (tenantId: string, branding: object) =>
  registry.call(adminOf(tenantId), 'PATCH', `/api/v1/tenants/${tenantId}`, { branding })

test('SI-09 a tenant starts without branding; its own admin sets name, colour and language one by one', async () => {
  const id = await registry.givenTenant()
  const none = { displayName: null, accentColour: null, language: null, logo: null }
  expect((await registry.call(platform, 'GET', `/api/v1/tenants/${id}`)).body.branding).toEqual(none)
  await change(id, { displayName: ' Acme <Phones> ', accentColour: '#FFD700' })
  const { body } = await change(id, { language: 'de' })
  expect(body.branding).toEqual({ displayName: 'Acme <Phones>', accentColour: '#ffd700', language: 'de', logo: null })
  expect((await change(id, { accentColour: null })).body.branding).toMatchObject({ accentColour: null, language: 'de' })
  const events = await registry.auditEvents('tenant.change')
  expect(events.filter(({ target }: { target: string }) => target === id)).toHaveLength(3)
})

test.each([
  ['accentColour', 'red'],
  ['accentColour', '#fff'],
  ['accentColour', '#12345g'],
  ['accentColour', '#123456;background:url(//evil.example)'],
  ['accentColour', '#123456\n}'],
  ['displayName', ''],
  ['displayName', 'x'.repeat(121)],
  ['language', 'fr'],
])('SI-09 the %s %j is refused', async (member, value) => {
  const id = await registry.givenTenant()
  const answer = await change(id, { [member]: value })
  expect([answer.status, answer.body.code, answer.body.errors[0].path]).toEqual([
    400,
    'invalid-request',
    `body.branding.${member}`,
  ])
})

test('a logo is kept as it was sent, read again under a policy that lets it do nothing, and handed to the gateway', async () => {
  const id = await registry.givenTenant()
  const put = await putLogo(registry, id, SVG, { caller: adminOf(id), ifMatch: '"1"' })
  expect([put.status, put.headers.etag, put.body.branding.logo.mediaType]).toEqual([200, '"2"', 'image/svg+xml'])
  const authorization = `Bearer ${registry.sign({ aud: 'tenant-registry', ...adminOf(id) })}`
  const read = await registry.app.inject({ url: `/api/v1/tenants/${id}/branding/logo`, headers: { authorization } })
  expect([read.statusCode, read.body, read.headers['content-type']]).toEqual([200, SVG, 'image/svg+xml'])
  expect(read.headers['content-security-policy']).toBe("default-src 'none'; style-src 'unsafe-inline'; sandbox")
  expect(read.headers['x-content-type-options']).toBe('nosniff')

  const { sha256 } = put.body.branding.logo
  const stored = await registry.call(service, 'GET', `/internal/tenants/${id}/logo`)
  expect(stored.body).toEqual({ mediaType: 'image/svg+xml', sha256, base64: Buffer.from(SVG).toString('base64') })
  const { slug } = (await registry.call(platform, 'GET', `/api/v1/tenants/${id}`)).body
  const host = await registry.call(service, 'GET', `/internal/hosts/${slug}.phone.localhost:4000`)
  expect(host.body.branding.logo).toEqual({ mediaType: 'image/svg+xml', sha256 })
  expect((await registry.auditEvents('tenant-logo.put')).at(0)).toMatchObject({ tenantId: id, details: { sha256 } })
})

test('T-91 a logo is a change of the tenant: it has its version, and a stale one is refused', async () => {
  const id = await registry.givenTenant()
  expect((await putLogo(registry, id, SVG, { ifMatch: '"7"' })).status).toBe(412)
  await putLogo(registry, id, SVG)
  const another = await putLogo(registry, id, SVG.replace('#c4314b', '#0b5c8f'))
  expect(another.headers.etag).toBe('"3"')
  expect((await change(id, { displayName: 'Acme' })).body.branding).toMatchObject({
    displayName: 'Acme',
    logo: another.body.branding.logo,
  })
  const path = `/api/v1/tenants/${id}/branding/logo`
  const removed = await registry.call(platform, 'DELETE', path)
  expect([removed.status, removed.body.branding.logo]).toEqual([200, null])
  expect((await registry.call(platform, 'GET', path)).body.code).toBe('logo-not-found')
  expect((await registry.call(platform, 'DELETE', path)).body.code).toBe('logo-not-found')
})

test('a logo goes with its tenant', async () => {
  const id = await registry.givenTenant()
  await putLogo(registry, id, SVG)
  await registry.pool.query('delete from registry.tenant where id = $1', [id])
  expect((await registry.pool.query('select 1 from registry.tenant_logo where tenant_id = $1', [id])).rowCount).toBe(0)
})

function png(width: number, height: number): Buffer {
  const header = Buffer.alloc(25)
  header.writeUInt32BE(13)
  header.write('IHDR', 4)
  header.writeUInt32BE(width, 8)
  header.writeUInt32BE(height, 12)
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([signature, header, deflateSync(Buffer.alloc(64))])
}
function webp(kind: string, size: (view: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(40)
  bytes.write('RIFF')
  bytes.write(`WEBP${kind}`, 8)
  size(bytes)
  return bytes
}
const extended = (width: number, height: number) =>
  webp('VP8X', (bytes) => {
    bytes.writeUIntLE(width - 1, 24, 3)
    bytes.writeUIntLE(height - 1, 27, 3)
  })
const lossless = (width: number, height: number) =>
  webp('VP8L', (bytes) => bytes.writeUInt32LE((width - 1) | ((height - 1) << 14), 21))
const lossy = (width: number, height: number) =>
  webp('VP8 ', (bytes) => {
    bytes.writeUInt16LE(width, 26)
    bytes.writeUInt16LE(height, 28)
  })

test.each([
  ['image/png', png(320, 80), undefined],
  ['image/png', png(2048, 2049), 'logo-too-large'],
  ['image/png', png(0, 10), 'logo-not-readable'],
  ['image/png', Buffer.from(SVG), 'logo-not-readable'],
  ['image/png', Buffer.alloc(0), 'logo-not-readable'],
  ['image/webp', png(320, 80), 'logo-not-readable'],
  ['image/webp', extended(2048, 2048), undefined],
  ['image/webp', extended(2049, 1), 'logo-too-large'],
  ['image/webp', extended(1, 2049), 'logo-too-large'],
  ['image/webp', lossless(1, 2049), 'logo-too-large'],
  ['image/webp', lossless(300, 300), undefined],
  ['image/webp', lossy(2049, 10), 'logo-too-large'],
  ['image/webp', lossy(640, 480), undefined],
  ['image/svg+xml', Buffer.from(`<?xml version="1.0"?>\n<!-- drawn by hand -->${SVG}`), undefined],
  ['image/svg+xml', Buffer.from('<html><svg xmlns="http://www.w3.org/2000/svg"/></html>'), 'logo-not-readable'],
  ['image/svg+xml', Buffer.from([0xff, 0xfe, 0x3c]), 'logo-not-readable'],
  ['image/svg+xml', Buffer.from(SVG.replace('<rect', '<script>alert(1)</script><rect')), 'logo-not-plain'],
  ['image/svg+xml', Buffer.from(SVG.replace('<rect', '<svg:script href="x"/><rect')), 'logo-not-plain'],
  ['image/svg+xml', Buffer.from(SVG.replace('<rect', '<rect onload="alert(1)"')), 'logo-not-plain'],
  ['image/svg+xml', Buffer.from(`<!DOCTYPE svg [<!ENTITY a "b">]>${SVG}`), 'logo-not-plain'],
] as const)('SI-09 of %s %# the defect is found', (mediaType, bytes, defect) => {
  expect(findLogoDefect(bytes, mediaType)).toBe(defect)
})

test('T-102 a body that is too long or of another type is refused before it is read', async () => {
  const id = await registry.givenTenant()
  expect((await putLogo(registry, id, Buffer.alloc(131_073), { type: 'image/png' })).body).toMatchObject({
    status: 413,
  })
  expect((await putLogo(registry, id, 'GIF89a', { type: 'image/gif' })).body).toMatchObject({ status: 415 })
  expect((await putLogo(registry, id, '<script>1</script>', { type: 'text/html' })).body).toMatchObject({ status: 415 })
  const begin = process.cpuUsage()
  for (const evil of ['<!--'.repeat(32_000), ' o'.repeat(65_000), ` on${'a'.repeat(131_000)}`, '<?xml'.repeat(26_000)])
    expect(findLogoDefect(Buffer.from(evil), 'image/svg+xml')).toBe('logo-not-readable')
  expect(process.cpuUsage(begin).user / 1_000).toBeLessThan(400)
})
