import { expect, test } from 'vitest'
import { createServer } from '../src/create-server.ts'
import { isInternalHost } from '../src/internal-host.ts'

test.each([
  '',
  '10.1.2.3:8080',
  '127.0.0.1',
  '[fd00::1]:8080',
  'localhost:4003',
  'auth-gateway',
  'auth-gateway.phone.svc',
  'auth-gateway.phone.svc.cluster.local:80',
  'AUTH-GATEWAY.phone.svc.corp.example',
])('AD-13 %j is an internal host', (host) => {
  expect(isInternalHost(host)).toBe(true)
})

test.each([
  'phone.example',
  'control.phone.example',
  'contoso.phone.localhost:4000',
  'phone.contoso.com',
  'svc.example',
  'a.svc',
  'x.svc-y.example',
  '10.1.2.3.example',
  '127.0.0.1@phone.example',
  '[::1].phone.example',
  'auth-gateway.phone.svc/',
])('AD-13 %j is people’s, or nobody’s', (host) => {
  expect(isInternalHost(host)).toBe(false)
})

test.each(['/health/live', '/health/ready', '/metrics'])(
  'AD-13 %s answers operators, and is nothing on a host of people',
  async (url) => {
    const app = createServer({ name: 'test', logLevel: 'silent', healthChecks: {}, trustedProxies: ['127.0.0.1'] })
    const ask = async (headers: Record<string, string>) => (await app.inject({ url, headers })).statusCode
    expect(await ask({ host: '10.1.2.3:8080' })).toBe(200)
    expect(await ask({ host: 'control.phone.example' })).toBe(404)
    expect(await ask({ host: '10.1.2.3:8080', 'x-forwarded-host': 'control.phone.example' })).toBe(404)
    await app.close()
  },
)
