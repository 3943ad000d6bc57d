import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DirectoryItem, itemOf, readDirectoryItem } from '../../src/domain/directory-item.ts'
import type { DirectoryUser } from '../../src/domain/directory-user.ts'
import { isWanted } from '../../src/domain/import-filter.ts'
import { type KnownUser, reconcile } from '../../src/domain/reconcile.ts'
import { blowsFuse } from '../../src/domain/sync-settings.ts'

const idOf = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`
const person = (members: Partial<DirectoryUser> = {}): DirectoryUser => ({
  id: idOf(1),
  displayName: 'Adele',
  givenName: 'Adele',
  surname: null,
  userPrincipalName: 'adele@contoso.example',
  mail: null,
  businessPhones: ['1'],
  mobilePhone: null,
  jobTitle: null,
  department: null,
  employeeId: null,
  accountEnabled: true,
  userType: 'Member',
  ...members,
})
const active = (user: DirectoryUser): KnownUser => ({ user, status: user.accountEnabled ? 'active' : 'disabled' })
const knowing = (...known: KnownUser[]) => new Map(known.map((entry) => [entry.user.id, entry]))
const removed = (reason: 'changed' | 'deleted', id = idOf(1)): DirectoryItem => ({ kind: 'removed', id, reason })
const told = (properties: Record<string, unknown>) => readDirectoryItem({ id: idOf(1), ...properties })

describe('what a page of changes means', () => {
  test('SY-02 an absent property keeps its value, and null clears it', () => {
    const known = knowing(active(person({ mobilePhone: '7', department: 'Sales' })))
    const { changes } = reconcile([told({ mobilePhone: null, displayName: 'Adele V' })], known)
    expect(changes).toEqual([{ user: person({ displayName: 'Adele V', department: 'Sales' }), status: 'active' }])
    expect(reconcile([told({ accountEnabled: true, mobilePhone: '7' })], known).changes).toEqual([])
  })

  test('SY-02 several items about one person are merged, and the last value of each property counts', () => {
    const items = [
      told({ displayName: 'A', jobTitle: 'x' }),
      told({ displayName: 'B' }),
      told({ jobTitle: null, mail: 'a@b.example' }),
    ]
    const { changes } = reconcile(items, knowing(active(person())))
    expect(changes).toEqual([{ user: person({ displayName: 'B', mail: 'a@b.example' }), status: 'active' }])
  })

  test('SY-03 `changed` disables, `deleted` deletes, and a return restores the same person', () => {
    const known = knowing(active(person()))
    expect(reconcile([removed('changed')], known).changes).toMatchObject([
      { status: 'disabled', user: { displayName: 'Adele' } },
    ])
    expect(reconcile([removed('deleted')], known).changes).toMatchObject([{ status: 'deleted' }])
    const gone = knowing({ user: person({ accountEnabled: false }), status: 'deleted' })
    expect(reconcile([itemOf(person())], gone).changes).toEqual([{ user: person(), status: 'active' }])
  })

  test('T-112 a removal and a presence of one person contradict each other and are ambiguous', () => {
    const known = knowing(active(person()))
    expect(reconcile([removed('changed'), itemOf(person({ displayName: 'Back' }))], known)).toMatchObject({
      changes: [],
      ambiguous: [idOf(1)],
    })
    expect(reconcile([itemOf(person()), removed('deleted')], known)).toMatchObject({
      changes: [],
      ambiguous: [idOf(1)],
    })
    const staged = knowing({ user: person(), status: 'disabled', isStaged: true })
    expect(reconcile([itemOf(person())], staged)).toMatchObject({ ambiguous: [idOf(1)] })
  })

  test('an inactive person whose accountEnabled is absent is ambiguous', () => {
    const known = knowing({ user: person(), status: 'deleted' })
    expect(reconcile([told({ displayName: 'X' })], known)).toMatchObject({ changes: [], ambiguous: [idOf(1)] })
  })

  test('SY-15 two people can swap their user principal names', () => {
    const [one, two] = [person(), person({ id: idOf(2), userPrincipalName: 'two@contoso.example' })]
    const swapped = [
      itemOf({ ...one, userPrincipalName: two.userPrincipalName }),
      itemOf({ ...two, userPrincipalName: one.userPrincipalName }),
    ]
    const { changes } = reconcile(swapped, knowing(active(one), active(two)))
    expect(changes.map(({ user }) => user.userPrincipalName)).toEqual([two.userPrincipalName, one.userPrincipalName])
  })

  test('S32 people outside of the roster change nothing, and only whole objects are strangers', () => {
    const items = [
      itemOf(person()),
      readDirectoryItem({ id: idOf(2), displayName: 'No UPN' }),
      removed('deleted', idOf(3)),
    ]
    expect(reconcile(items, new Map())).toEqual({ changes: [], ambiguous: [], strangers: [person()] })
  })
})

const users = fc.record({
  id: fc.integer({ min: 1, max: 4 }).map(idOf),
  displayName: fc.constantFrom('A', 'B', 'C'),
  mail: fc.constantFrom(null, 'a@x.example', 'b@x.example'),
  businessPhones: fc.constantFrom<string[]>([], ['1'], ['1', '2']),
  accountEnabled: fc.boolean(),
})
const items = fc.oneof(
  { weight: 4, arbitrary: users.map((members) => itemOf(person(members))) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('changed', 'deleted') as fc.Arbitrary<'changed' | 'deleted'>,
      )
      .map(([index, reason]) => removed(reason, idOf(index))),
  },
)
const rosters = fc
  .uniqueArray(
    fc.record({
      members: users,
      status: fc.constantFrom('active', 'disabled', 'deleted') as fc.Arbitrary<KnownUser['status']>,
    }),
    {
      selector: ({ members }) => members.id,
    },
  )
  .map((entries) =>
    knowing(
      ...entries.map(({ members, status }) => ({
        user: person({ ...members, accountEnabled: status === 'active' }),
        status,
      })),
    ),
  )

/** The roster after a page. */
function after(known: ReadonlyMap<string, KnownUser>, page: readonly DirectoryItem[]): Map<string, KnownUser> {
  return new Map([
    ...known,
    ...reconcile(page, known).changes.map(({ user, status }) => [user.id, { user, status }] as const),
  ])
}

describe('for every page and every roster', () => {
  test('T-110 applying a page twice equals applying it once', () => {
    fc.assert(
      fc.property(rosters, fc.array(items, { maxLength: 8 }), (known, page) => {
        expect(after(after(known, page), page)).toEqual(after(known, page))
      }),
    )
  })

  test('only known people of the page change, to the last unambiguous item about them', () => {
    fc.assert(
      fc.property(rosters, fc.array(items, { maxLength: 8 }), (known, page) => {
        const { changes, ambiguous } = reconcile(page, known)
        const ids = new Set(page.map(({ id }) => id))
        for (const { user } of changes)
          expect(known.has(user.id) && ids.has(user.id) && !ambiguous.includes(user.id)).toBe(true)
        const result = after(known, page)
        expect([...result.keys()]).toEqual([...known.keys()])
        for (const id of known.keys()) {
          const last = page.findLast((item) => item.id === id)
          if (!last || ambiguous.includes(id) || last.kind === 'unreadable') continue
          const expected =
            last.kind === 'removed'
              ? last.reason === 'deleted'
                ? 'deleted'
                : 'disabled'
              : last.told.accountEnabled
                ? 'active'
                : 'disabled'
          expect(result.get(id)?.status).toBe(expected)
          if (last.kind === 'present')
            expect(result.get(id)?.user).toMatchObject({ displayName: last.told.displayName, mail: last.told.mail })
        }
      }),
    )
  })
})

test.each([
  [9, 9, false],
  [10, 10, true],
  [10, 50, false],
  [11, 50, true],
  [200, 1_000, false],
  [201, 1_000, true],
  [0, 0, false],
])('S50 the removal of %i of %i people asks first: %j', (removals, active, blows) => {
  expect(blowsFuse({ removals, active }, { percent: 20, users: 10 })).toBe(blows)
})

test.each([
  [9, 15, 0, false],
  [1, 15, 9, true],
  [1, 15, 8, false],
  [1, 41, 9, false],
  [1, 40, 9, true],
])('FC-27 the removal of %i of %i people asks first after %i others: %j', (removals, active, recent, blows) => {
  expect(blowsFuse({ removals, active, recent }, { percent: 20, users: 10 })).toBe(blows)
})

test('S34 an import of everybody can be narrowed to what a list was filtered by', () => {
  const user = person({ department: 'Sales Europe', userType: 'Guest' })
  expect(isWanted(user, null)).toBe(true)
  expect(
    [{ search: 'SALES' }, { search: 'ade' }, { userType: 'Guest' as const }, { department: 'sales europe' }].every(
      (filter) => isWanted(user, filter),
    ),
  ).toBe(true)
  expect(
    [{ search: 'urope' }, { department: 'Sales' }, { userType: 'Member' as const }, { accountEnabled: false }].some(
      (filter) => isWanted(user, filter),
    ),
  ).toBe(false)
})
