import { createSocket } from 'node:dgram'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isPublicAddress } from '@jackfield/public-address/public-address'
import { type Answer, decode, encode } from 'dns-packet'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { adminOf, platform, type Registry, service, startRegistry } from './registry.ts'

/** What the world's DNS knows, and the web server that every name may lead to. */
const records = new Map<string, Answer[]>()
const dns = createSocket('udp4')
dns.on('message', (message, { port, address }) => {
  const { id, questions = [] } = decode(message)
  const found = questions.flatMap(({ name, type }) =>
    (records.get(name) ?? []).filter((record) => record.type === type),
  )
  const flags = questions.some(({ name }) => records.has(name)) ? 0 : 3
  dns.send(encode({ type: 'response', id: id ?? 0, flags, questions, answers: found }), port, address)
})
const files = new Map<string, string>()
const asked: string[] = []
const web = createServer((request, response) => {
  const url = `${request.headers.host?.split(':')[0]}${request.url}`
  asked.push(url)
  const text = files.get(url)
  if (text?.startsWith('http:')) return void response.writeHead(302, { location: text }).end()
  response.writeHead(text === undefined ? 404 : 200).end(text)
})

let registry: Registry
/** The same installation on the public internet, where nothing on this machine may be asked. */
let strict: Registry
beforeAll(async () => {
  await new Promise<void>((resolve) => dns.bind(0, '127.0.0.1', resolve))
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  const port = (web.address() as AddressInfo).port
  const settings = {
    BASE_URL: `http://phone.localhost:${port}`,
    HOST_PROOF_DNS_SERVERS: [`127.0.0.1:${dns.address().port}`],
  }
  registry = await startRegistry({ ...settings, MICROSOFT_LOGIN_URL: 'http://127.0.0.1:9' })
  strict = await startRegistry(settings)
})
afterAll(async () => {
  await Promise.all([registry.close(), strict.close()])
  dns.close()
  web.close()
})
beforeEach(() => {
  records.clear()
  files.clear()
  asked.length = 0
})

let counter = 0
async function givenHost(of = registry) {
  counter += 1
  const hostname = `phone.customer-${counter}.example`
  const tenantId = await of.givenTenant({ customHosts: [hostname] })
  const url = `/api/v1/tenants/${tenantId}/custom-hosts`
  const [host] = (await of.call(adminOf(tenantId), 'GET', url)).body.items
  const prove = async () => (await of.call(adminOf(tenantId), 'POST', `${url}/${hostname}/proof`)).body
  const port = new URL(host.file.url).port
  const resolve = async () => (await of.call(service, 'GET', `/internal/hosts/${hostname}:${port}`)).status
  const givenRecord = (...values: string[]) =>
    records.set(
      host.dns.name,
      values.map((data) => ({ type: 'TXT', name: host.dns.name, data })),
    )
  const givenAddress = (...addresses: string[]) =>
    records.set(
      hostname,
      addresses.map((data) => ({
        type: data.includes(':') ? ('AAAA' as const) : ('A' as const),
        name: hostname,
        data,
      })),
    )
  const path = `${hostname}/.well-known/jackfield-host-proof`
  return { hostname, tenantId, host, url, path, prove, resolve, givenRecord, givenAddress }
}

test('S20 RU-10 a custom host leads nowhere until its owner has shown the value in DNS, then to its tenant', async () => {
  const { hostname, tenantId, host, prove, resolve, givenRecord } = await givenHost()
  const value = expect.stringMatching(/^jackfield-host-proof=[0-9a-f-]{36}$/)
  expect(host).toMatchObject({ hostname, provenAt: null, dns: { name: `_jackfield.${hostname}`, type: 'TXT', value } })
  expect(await resolve()).toBe(404)
  expect(await prove()).toMatchObject({ ok: false, dns: 'absent', file: 'unreachable', host: { provenAt: null } })
  expect(await resolve()).toBe(404)
  givenRecord('v=spf1 -all', 'jackfield-host-proof=01890a5d-ac96-774b-bcce-b302099a8057', `${host.dns.value}x`)
  expect(await prove()).toMatchObject({ ok: false, dns: 'other-value' })
  expect(await resolve()).toBe(404)
  givenRecord('v=spf1 -all', host.dns.value)
  expect(await prove()).toMatchObject({ ok: true, dns: 'found', host: { provenAt: expect.any(String) } })
  expect(await resolve()).toBe(200)
  const events = (await registry.auditEvents('custom-host.prove')).filter(
    (event: { tenantId: string }) => event.tenantId === tenantId,
  )
  expect(events.map(({ outcome, details }: { outcome: string; details: object }) => [outcome, details])).toEqual([
    ['success', { hostname, dns: 'found', file: 'unreachable' }],
    ['failure', { hostname, dns: 'other-value', file: 'unreachable' }],
    ['failure', { hostname, dns: 'absent', file: 'unreachable' }],
  ])
})

test('a custom host is proven by a file on its present web server too', async () => {
  const { host, path, prove, resolve, givenAddress } = await givenHost()
  givenAddress('127.0.0.1')
  expect(await prove()).toMatchObject({ ok: false, file: 'absent' })
  files.set(path, 'jackfield-host-proof=somebody-elses')
  expect(await prove()).toMatchObject({ ok: false, file: 'other-value' })
  files.set(path, `${host.file.content}\n`)
  expect(await prove()).toMatchObject({ ok: true, dns: 'absent', file: 'found' })
  expect(await resolve()).toBe(200)
  // Proven once, nobody is asked again.
  asked.length = 0
  expect(await prove()).toMatchObject({ ok: true, dns: 'not-asked', file: 'not-asked' })
  expect(asked).toEqual([])
})

test('T-100 SI-03 no redirect is followed, and an endless file is not read', async () => {
  const { host, path, prove, givenAddress } = await givenHost()
  givenAddress('127.0.0.1')
  files.set(path, `http://127.0.0.1:${new URL(host.file.url).port}/elsewhere`)
  files.set('127.0.0.1/elsewhere', host.file.content)
  expect(await prove()).toMatchObject({ ok: false, file: 'absent' })
  expect(asked).toEqual([path])
  files.set(path, `${'x'.repeat(2_000)}\n${host.file.content}`)
  expect(await prove()).toMatchObject({ ok: false, file: 'absent' })
})

test.each(['127.0.0.1', '169.254.169.254', '10.0.0.7', '192.168.1.1', '0.0.0.0', '::1', 'fd00::1', '::ffff:127.0.0.1'])(
  'T-100 SI-01 a name that leads to %s is not asked for its file, and looks like one that is not there',
  async (address) => {
    expect(isPublicAddress(address)).toBe(false)
    const { host, path, prove, givenAddress, givenRecord } = await givenHost(strict)
    files.set(path, host.file.content)
    const absent = await prove()
    for (const addresses of [[address], ['192.0.2.1', address]]) {
      givenAddress(...addresses)
      expect(await prove()).toEqual(absent)
    }
    expect(absent).toMatchObject({ ok: false, dns: 'absent', file: 'unreachable' })
    expect(asked).toEqual([])
    // DNS is enough.
    givenRecord(host.dns.value)
    expect(await prove()).toMatchObject({ ok: true, dns: 'found' })
  },
)

test('a host that remains in the list keeps its proof; one that returns, or goes to another tenant, must be proven again', async () => {
  const { hostname, tenantId, host, url, prove, resolve, givenRecord } = await givenHost()
  givenRecord(host.dns.value)
  await prove()
  const change = (customHosts: string[]) =>
    registry.call(platform, 'PATCH', `/api/v1/tenants/${tenantId}`, { customHosts })
  expect((await change([hostname, `second.${hostname}`])).status).toBe(200)
  expect(await resolve()).toBe(200)
  const { items } = (await registry.call(adminOf(tenantId), 'GET', url)).body
  expect(items.map((one: { provenAt: string | null }) => one.provenAt !== null)).toEqual([true, false])
  await change([])
  expect(await resolve()).toBe(404)
  await change([hostname])
  expect(await resolve()).toBe(404)
  expect(await prove()).toMatchObject({ ok: false, dns: 'other-value' })
  await change([])
  const other = await registry.givenTenant({ customHosts: [hostname] })
  expect(
    await registry.call(adminOf(other), 'POST', `/api/v1/tenants/${other}/custom-hosts/${hostname}/proof`),
  ).toMatchObject({
    status: 200,
    body: { ok: false, dns: 'other-value' },
  })
})

test('T-90 AD-02 nobody proves a host for another tenant, and a reader proves none', async () => {
  const { hostname, tenantId, host, url, resolve, givenRecord } = await givenHost()
  givenRecord(host.dns.value)
  const stranger = await registry.givenTenant()
  const under = `/api/v1/tenants/${stranger}/custom-hosts/${hostname}/proof`
  expect(await registry.call(adminOf(stranger), 'POST', under)).toMatchObject({
    status: 404,
    body: { code: 'host-not-found' },
  })
  expect((await registry.call(adminOf(stranger), 'POST', `${url}/${hostname}/proof`)).status).toBe(404)
  expect((await registry.call({ ...adminOf(tenantId), role: 'read' }, 'POST', `${url}/${hostname}/proof`)).status).toBe(
    403,
  )
  expect(await resolve()).toBe(404)
})

test('a resolver that does not answer is reported as unreachable', async () => {
  const alone = await startRegistry()
  const tenantId = await alone.givenTenant({ customHosts: ['phone.nobody.example'] })
  const answer = await alone.call(
    platform,
    'POST',
    `/api/v1/tenants/${tenantId}/custom-hosts/phone.nobody.example/proof`,
  )
  expect(answer).toMatchObject({ status: 200, body: { ok: false, dns: 'unreachable', file: 'unreachable' } })
  await alone.close()
})
