import { expect, test } from 'vitest'
import { givingWay, isOfWaitingSignIn, networkOf } from '../../src/domain/rate-limits.ts'

test.each([
  ['203.0.113.9', '203.0.113.0/24'],
  ['::ffff:203.0.113.9', '203.0.113.0/24'],
  ['::FFFF:203.0.113.9', '203.0.113.0/24'],
  ['2001:db8:77:1::5', '2001:db8:77::/48'],
  ['2001:0DB8:0077:ffff:1:2:3:4', '2001:db8:77::/48'],
  ['2001:db8::1', '2001:db8:0::/48'],
  ['2001::77:0:0:0:0:1', '2001:0:77::/48'],
  ['::1', '0:0:0::/48'],
  ['2001:db8:77::', '2001:db8:77::/48'],
  ['unknown', 'unknown'],
])('T-131 %s is of the network %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test('T-131 two per cent of a limit give way at once, at least one', () => {
  expect([20_000, 100_000, 60, 1].map(givingWay)).toEqual([400, 2_000, 2, 1])
})

test('T-131 an attempt with its result is no unfinished one, nor is a session', () => {
  expect(isOfWaitingSignIn('Interaction', {})).toBe(true)
  expect(isOfWaitingSignIn('Interaction', { result: { login: {} } })).toBe(false)
  expect(isOfWaitingSignIn('Session', {})).toBe(false)
})
