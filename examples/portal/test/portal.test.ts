import { afterEach, expect, test } from 'vitest'
import { buildPortal } from '../src/app.ts'

const app = buildPortal({ gatewayUrl: 'http://127.0.0.1:9' })
afterEach(() => app.close())

test('S40 a request without a cookie redirects to the sign-in without a call to the gateway; an unreachable gateway answers 503, never a sign-in loop', async () => {
  const signIn = await app.inject({ url: '/portal/calls?day=today&with=a%26b' })
  expect(signIn.statusCode).toBe(303)
  expect(signIn.headers.location).toBe(
    '/auth/signin?app=portal&returnTo=%2Fportal%2Fcalls%3Fday%3Dtoday%26with%3Da%2526b',
  )

  const unreachable = await app.inject({ url: '/portal/', headers: { cookie: 'a=b' } })
  expect(unreachable.statusCode).toBe(503)
  expect(unreachable.headers['retry-after']).toBe('5')
  expect(unreachable.headers['cache-control']).toBe('no-store')
})
