import { expect, test } from 'vitest'
import { changeTicks, importOf, type TickChanges, tickOfMany, ticksOf, withSso, withSync } from '../../src/domain/ticks.ts'

const none: TickChanges = new Map()
const adele = { id: 'a', sync: false, sso: false }
const alex = { id: 'b', sync: true, sso: true }

test('S33 ticking SSO ticks Sync too', () => {
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

test('S34 the tick over many is all, none or mixed, and changes all of them', () => {
  expect(tickOfMany(none, [adele, alex], 'sync')).toBe('mixed')
  const all = changeTicks(none, [adele, alex], (ticks) => withSync(ticks, true))
  expect(tickOfMany(all, [adele, alex], 'sync')).toBe(true)
  expect(tickOfMany(all, [adele], 'sso')).toBe(false)
  expect(ticksOf(all, alex)).toEqual({ sync: true, sso: true })
  expect(tickOfMany(none, [], 'sync')).toBe(false)
})
