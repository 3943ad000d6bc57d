import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Clock } from '../src/directory/clock.ts'
import { Directories } from '../src/directory/directories.ts'
import { UserSeed } from '../src/directory/user.ts'
import { BEGINNING, countMatching, readListing, takePage } from '../src/graph/query/listing.ts'
import { computedPopulation } from '../src/population/population.ts'
import { PopulationSeed } from '../src/population/population-seed.ts'

const people = (seed: Partial<PopulationSeed> & { size: number }) =>
  computedPopulation(PopulationSeed.parse(seed), 'many.example')
const directory = (size: number) =>
  new Directories(() => new Clock()).add({
    id: randomUUID(),
    displayName: 'Many',
    domains: ['many.example'],
    population: { size },
  })

describe('computed people', () => {
  test('the same seed gives the same people, another seed gives others', () => {
    const [one, same, other] = [people({ size: 50 }), people({ size: 50 }), people({ size: 50, seed: 2 })]
    for (let position = 0; position < 50; position++) {
      expect(one.at(position)).toEqual(same.at(position))
      expect(one.at(position).id).not.toBe(other.at(position).id)
    }
  })

  test('every computed user is valid, has a unique id and name, and is found by both', () => {
    const many = people({ size: 3_000 })
    const [ids, names] = [new Set<string>(), new Set<string>()]
    for (let position = 0; position < many.size; position++) {
      const user = many.at(position)
      expect(UserSeed.parse(user)).toEqual(user)
      expect(many.positionOf(user.id)).toBe(position)
      expect(many.positionOfName(user.userPrincipalName.toLowerCase())).toBe(position)
      ids.add(user.id)
      names.add(user.userPrincipalName.toLowerCase())
    }
    expect([ids.size, names.size]).toEqual([3_000, 3_000])
    expect(many.positionOf(randomUUID())).toBeUndefined()
    expect(many.positionOf(`${many.at(7).id.slice(0, 8)}${randomUUID().slice(8)}`)).toBeUndefined()
    expect(many.positionOfName('nobody99@many.example')).toBeUndefined()
    expect(people({ size: 10_000_000 }).positionOf(people({ size: 10_000_000 }).at(9_999_999).id)).toBe(9_999_999)
  })

  test('shares are kept: guests, disabled, rooms, empty userType, shared names, odd phone numbers', () => {
    const many = people({
      size: 5_000,
      guests: 0.2,
      rooms: 0.1,
      disabled: 0.1,
      emptyUserType: 0.1,
      noPhone: 0.5,
      locales: { 'de-DE': 1 },
    })
    const all = Array.from({ length: many.size }, (_, position) => many.at(position))
    const share = (test: (user: (typeof all)[number]) => boolean) => all.filter(test).length / all.length
    expect(share(({ userType }) => userType === 'Guest')).toBeCloseTo(0.18, 1)
    expect(share(({ givenName }) => givenName === undefined)).toBeCloseTo(0.1, 1)
    expect(share(({ userType }) => userType === null)).toBeGreaterThan(0.03)
    expect(share(({ accountEnabled }) => !accountEnabled)).toBeCloseTo(0.19, 1)
    expect(share(({ businessPhones }) => businessPhones !== undefined)).toBeCloseTo(0.36, 1)
    expect(new Set(all.map(({ displayName }) => displayName)).size).toBeLessThan(1_500)
    expect(share(({ businessPhones }) => businessPhones?.[0]?.startsWith('030/') ?? false)).toBeGreaterThan(0.01)
    expect(all.every(({ userPrincipalName }) => /^[\x20-\x7e]+$/.test(userPrincipalName))).toBe(true)
  })
})

describe('memory of a large directory', () => {
  test('listing, sorting, counting and finding take no user into memory', async () => {
    const { users } = directory(20_000)
    let [seen, place] = [0, BEGINNING as typeof BEGINNING | undefined]
    while (place) {
      const page = await takePage(users, readListing({}, false), place, 999)
      seen += page.users.length
      place = page.next
    }
    expect(seen).toBe(20_000)
    const sorted = await takePage(users, readListing({ orderby: 'displayName desc' }, false), BEGINNING, 10)
    expect(sorted.users).toHaveLength(10)
    const guests = readListing({ filter: "userType eq 'Guest'" }, false)
    expect(await countMatching(users, guests)).toBeGreaterThan(500)
    expect(users.find(users.at(19_999)?.userPrincipalName ?? '')).toEqual(users.at(19_999))
    expect(users.held).toBe(0)
  })

  test('a directory of a million starts at once, and holds only changed users', () => {
    const { users } = directory(1_000_000)
    const [first, last] = [users.at(0), users.at(999_999)]
    if (!first || !last) throw new Error('Both are there.')
    expect(users.find(last.id.toUpperCase())).toEqual(last)
    users.change(last.id, { userPrincipalName: 'renamed@many.example' })
    expect(users.find('RENAMED@many.example')?.id).toBe(last.id)
    expect(users.find(last.userPrincipalName)).toBeUndefined()
    users.add({ id: randomUUID(), userPrincipalName: last.userPrincipalName, displayName: 'Took the name' })
    expect(() =>
      users.add({ id: randomUUID(), userPrincipalName: first.userPrincipalName, displayName: 'Clash' }),
    ).toThrow(/exists/)
    expect(() => users.add({ id: first.id, userPrincipalName: 'x@many.example', displayName: 'Clash' })).toThrow(
      /exists/,
    )
    users.delete(first.id)
    expect([users.find(first.id), users.at(0), users.state(first.id)]).toEqual([undefined, undefined, 'soft-deleted'])
    expect(users.count()).toBe(1_000_000)
    const { id: heir } = users.add({
      id: randomUUID(),
      userPrincipalName: first.userPrincipalName,
      displayName: 'Took the name',
    })
    expect(() => users.restore(first.id)).toThrow(/exists/)
    users.change(heir, { userPrincipalName: 'heir@many.example' })
    users.restore(first.id)
    expect(users.find(first.userPrincipalName)).toEqual(first)
    expect(users.held).toBe(4)
  })
})

test('sorted pages neither overlap nor lose users, equal names included', async () => {
  const { users } = directory(2_500)
  const seen: string[] = []
  const listing = readListing({ orderby: 'displayName' }, false)
  for (let place: typeof BEGINNING | undefined = BEGINNING; place; ) {
    const page = await takePage(users, listing, place, 400)
    seen.push(...page.users.map(({ id }) => id))
    place = page.next
  }
  expect([seen.length, new Set(seen).size]).toEqual([2_500, 2_500])
})
