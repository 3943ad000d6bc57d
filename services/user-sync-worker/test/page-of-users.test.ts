import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PAGE, valuesOf } from '../src/adapters/page-writes/write-users.ts'
import type { DirectoryUser } from '../src/domain/directory-user.ts'
import type { Lease } from '../src/sync-run-ports.ts'
import { type Platform, startPlatform } from './support/platform.ts'

let platform: Platform
beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(() => platform.close())

const LEASE = { tenantId: randomUUID(), accountId: randomUUID(), directoryId: randomUUID() } as Lease

function person(position: number, length: number): DirectoryUser {
  const text = (name: string) => (position % 3 === 0 ? null : `${name} "楊🙂\\ ${position}`.padEnd(length, 'ü'))
  return {
    ...{
      id: randomUUID(),
      displayName: `Ada ${position}`,
      userPrincipalName: `ada${position}@one.example`,
      employeeId: null,
    },
    ...{
      givenName: text('given'),
      surname: text('surname'),
      mail: text('mail'),
      mobilePhone: text('mobile'),
      jobTitle: text('title'),
    },
    ...{ department: text('department'), businessPhones: position % 2 ? [] : [`+1 "${position}"`, 'null', ''] },
    ...{ accountEnabled: position % 5 !== 0, userType: position % 7 ? 'Member' : 'Guest' },
  }
}

test('pages of any size reach Postgres as they were given', async () => {
  for (const [size, length] of [
    [2, 0],
    [999, 200],
    [0, 0],
    [1, 256],
  ] as const) {
    const given = Array.from({ length: size }, (_, position) => ({
      user: person(position, length),
      ticks: { sync: true, sso: position % 2 === 0 },
    }))
    const text = `with ${PAGE} select * from page where $1::uuid <> $2::uuid and $2::uuid <> $3::uuid`
    const { rows } = await platform.stores.confined.query(text, valuesOf(LEASE, given))
    expect(new Set(rows.map(({ id }) => id)).size).toBe(size)
    expect(rows.map(({ id: _, ...row }) => row)).toEqual(
      given.map(({ user, ticks }) => ({
        ...{ object_id: user.id, display_name: user.displayName, given_name: user.givenName, surname: user.surname },
        ...{ user_principal_name: user.userPrincipalName, mail: user.mail, business_phones: user.businessPhones },
        ...{
          mobile_phone: user.mobilePhone,
          job_title: user.jobTitle,
          department: user.department,
          employee_id: user.employeeId,
        },
        ...{
          user_type: user.userType,
          status: user.accountEnabled ? 'active' : 'disabled',
          ...ticks,
        },
      })),
    )
  }
})

test('SI-05 any text reaches Postgres as it was given, alone and in a list', async () => {
  const texts = [
    'NULL',
    'null',
    '"',
    '\\',
    '\\"',
    '{a,b}',
    "O'Brien",
    ' x ',
    'ä€😀',
    'a\nb\tc',
    '$1',
    '{}',
    '\\N',
    '\\u0041',
    ',',
  ]
  const given = texts.map((jobTitle) => ({
    user: { ...person(1, 0), jobTitle, businessPhones: [jobTitle, ...texts] },
    ticks: { sync: true, sso: true },
  }))
  const text = `with ${PAGE} select job_title, business_phones from page where $1::uuid <> $2::uuid and $2::uuid <> $3::uuid`
  const { rows } = await platform.stores.confined.query(text, valuesOf(LEASE, given))
  expect(rows).toEqual(texts.map((word) => ({ job_title: word, business_phones: [word, ...texts] })))
})
