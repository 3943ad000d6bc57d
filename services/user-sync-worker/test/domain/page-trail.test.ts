import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatCheckpoint, readCheckpoint } from '../../src/domain/checkpoint.ts'
import { isEndless, type Trail, trailAfter } from '../../src/domain/page-trail.ts'

/** How many links were followed when one was found to come again. */
function linksUntilNoticed(linkAt: (position: number) => string, most: number): number | undefined {
  let trail: Trail | undefined
  for (let position = 0; position < most; position += 1) {
    trail = trailAfter(trail, linkAt(position))
    if (!trail) return position
  }
  return undefined
}

test('FC-21 T-125 every cycle is found within three rounds, and no list without a cycle fails', () => {
  const lead = fc.integer({ min: 0, max: 300 })
  const length = fc.integer({ min: 1, max: 300 })
  fc.assert(
    fc.property(lead, length, (before, circle) => {
      const linkAt = (position: number) =>
        String(position < before ? position : before + ((position - before) % circle))
      const noticed = linksUntilNoticed(linkAt, 5_000)
      expect(noticed).toBeLessThanOrEqual(3 * Math.max(before, circle) + circle)
      expect(noticed).toBeGreaterThanOrEqual(before + circle)
    }),
  )
  expect(linksUntilNoticed(String, 5_000)).toBeUndefined()
})

test('a checkpoint is read as it was formatted, with and without a trail', () => {
  const at = '$select=id&$top=999&$skiptoken=a~b.c'
  for (const checkpoint of [
    { phase: 'list', at, trail: { links: 12, anchor: '0123456789abcdef' } },
    { phase: 'sets', at: `group:1 ${at}`, trail: { links: 1, anchor: 'f' } },
    { phase: 'delta', at, trail: undefined },
  ] as const)
    expect(readCheckpoint(formatCheckpoint(checkpoint))).toEqual(checkpoint)
  expect(readCheckpoint('decide')).toEqual({ phase: 'decide', at: null })
})

test.each([
  [{ seen: 1_000_000, links: 1_001, counted: 1_000_000 }, false],
  [{ seen: 1_900, links: 3, counted: 0 }, false],
  [{ seen: 0, links: 1_001, counted: 1_000_000 }, false], // a filter that fits nobody
  [{ seen: 5_000_000, links: 5_006, counted: null }, false],
  [{ seen: 7_001, links: 8, counted: 2_500 }, true],
  [{ seen: 0, links: 751, counted: 2_500 }, true],
  [{ seen: 0, links: 1_000_501, counted: null }, true],
])('T-125 a listing with %j is endless: %j', (listing, expected) => {
  expect(isEndless(listing)).toBe(expected)
})
