import { expect, test } from 'vitest'
import {
  changeTicks,
  importOf,
  type TickChanges,
  tickOfMany,
  ticksOf,
  withSso,
  withSync,
} from '../../src/domain/ticks.ts'

const none: TickChanges = new Map()
const adele = { id: 'a', sync: false, sso: false }
const alex = { id: 'b', sync: true, sso: true }

test('S33 ticking SSO ticks Sync', () => {
  expect(withSso({ sync: false, sso: false }, true)).toEqual({ sync: true, sso: true })
  expect(withSso({ sync: true, sso: true }, false)).toEqual({ sync: true, sso: false })
})

test('S33 un-ticking Sync un-ticks SSO', () => {
  expect(withSync({ sync: true, sso: true }, false)).toEqual({ sync: false, sso: false })
  expect(withSync({ sync: false, sso: false }, true)).toEqual({ sync: true, sso: false })
})

test('S32 only users whose ticks differ from the roster are sent', () => {
  const ticked = changeTicks(none, [adele, alex], (ticks) => withSso(ticks, true))
  expect(importOf(ticked)).toEqual([{ id: 'a', sync: true, sso: true }])
  expect(importOf(changeTicks(ticked, [adele], (ticks) => withSync(ticks, false)))).toEqual([])
})

test('S34 the checkbox over many is all, none or mixed, and changes all of them', () => {
  expect(tickOfMany(none, [adele, alex], 'sync')).toBe('mixed')
  const all = changeTicks(none, [adele, alex], (ticks) => withSync(ticks, true))
  expect(tickOfMany(all, [adele, alex], 'sync')).toBe(true)
  expect(tickOfMany(all, [adele], 'sso')).toBe(false)
  expect(ticksOf(all, alex)).toEqual({ sync: true, sso: true })
  expect(tickOfMany(none, [], 'sync')).toBe(false)
})

test('S33 ticks set again stay, and dropping SSO keeps Sync', () => {
  expect(withSync({ sync: true, sso: true }, true)).toEqual({ sync: true, sso: true })
  expect(withSso({ sync: false, sso: false }, false)).toEqual({ sync: false, sso: false })
})

test.each([
  ['sync alone', { sync: true, sso: false }, [{ id: 'a', sync: true, sso: false }]],
  ['both', { sync: true, sso: true }, [{ id: 'a', sync: true, sso: true }]],
  ['none, as it was', { sync: false, sso: false }, []],
])('S32 a person without ticks is given %s: %j', (_, ticks, sent) => {
  expect(importOf(changeTicks(none, [adele], () => ticks))).toEqual(sent)
})

test('S32 a person who loses SSO is sent, and is not once it is given back', () => {
  const without = changeTicks(none, [alex], (ticks) => withSso(ticks, false))
  expect(importOf(without)).toEqual([{ id: 'b', sync: true, sso: false }])
  expect(importOf(changeTicks(without, [alex], (ticks) => withSso(ticks, true)))).toEqual([])
  expect(importOf(none)).toEqual([])
})
