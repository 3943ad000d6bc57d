import { expect, test } from 'vitest'
import { isWanted } from '../../src/domain/import-filter.ts'

const ADELE = {
  id: '44444444-4444-4444-8444-444444444444',
  displayName: 'Adele Vance',
  givenName: 'Delia',
  surname: 'Rance',
  userPrincipalName: 'av@contoso.example',
  mail: 'post@contoso.example',
  businessPhones: ['+1 425'],
  mobilePhone: '555',
  jobTitle: 'Clerk',
  department: 'Sales Europe',
  employeeId: 'E7',
  accountEnabled: true,
  userType: 'Member' as const,
}

test.each([
  [null, true],
  [{}, true],
  [{ search: 'ADELE v' }, true],
  [{ search: 'del' }, true],
  [{ search: 'rance' }, true],
  [{ search: 'av@' }, true],
  [{ search: 'post@' }, true],
  [{ search: 'sales' }, true],
  [{ search: 'vance' }, false],
  [{ search: '555' }, false],
  [{ search: 'clerk' }, false],
  [{ search: 'e7' }, false],
  [{ department: 'SALES EUROPE' }, true],
  [{ department: 'sales' }, false],
  [{ userType: 'Member' as const }, true],
  [{ userType: 'Guest' as const }, false],
  [{ accountEnabled: true }, true],
  [{ accountEnabled: false }, false],
  [{ search: 'adele', department: 'sales europe', userType: 'Member' as const, accountEnabled: true }, true],
  [{ search: 'nobody', department: 'sales europe', userType: 'Member' as const, accountEnabled: true }, false],
])('S34 an import of everybody narrowed to %j takes Adele in: %j', (filter, isTaken) => {
  expect(isWanted(ADELE, filter)).toBe(isTaken)
})

test('S34 an empty property matches no search and no department', () => {
  const bare = { ...ADELE, displayName: 'x', givenName: null, surname: null, mail: null, department: null }
  expect(isWanted(bare, { search: 'nobody' })).toBe(false)
  expect(isWanted(bare, { department: 'null' })).toBe(false)
})
