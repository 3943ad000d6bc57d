import { ImportRules } from '@jackfield/contract/microsoft/import-rule'
import { expect, test } from 'vitest'
import type { DirectoryUser } from '../../src/domain/directory-user.ts'
import { type Standing, ticksByRules } from '../../src/domain/import-rules.ts'

const PERSON: DirectoryUser = {
  id: '6d6e5f2c-3d4a-4a35-9d0a-2f7b0f0d0c01',
  displayName: 'Adele Vance',
  givenName: 'Adele',
  surname: 'Vance',
  userPrincipalName: 'AdeleV@Contoso.com',
  mail: 'adele@contoso.co.uk',
  businessPhones: [],
  mobilePhone: null,
  jobTitle: null,
  department: 'Retail',
  employeeId: null,
  accountEnabled: true,
  userType: 'Member',
}
const ON = { sync: true, sso: true }
const SYNC_ONLY = { sync: true, sso: false }
const OFF = { sync: false, sso: false }
const byRule = (ticks: { sync: boolean; sso: boolean }): Standing => ({ ...ticks, chosenBy: 'rule' })
const byHand = (ticks: { sync: boolean; sso: boolean }): Standing => ({ ...ticks, chosenBy: 'hand' })

test.each([
  ['a department, whatever its case', { department: 'RETAIL' }, true],
  ['another department', { department: 'Retail North' }, false],
  ['the domain of the user principal name', { domain: 'contoso.com' }, true],
  ['the domain of the mail address', { domain: 'contoso.co.uk' }, true],
  ['a domain that only ends alike', { domain: 'so.com' }, false],
  ['members', { userType: 'Member' }, true],
  ['guests', { userType: 'Guest' }, false],
  ['every criterion of a rule', { department: 'Retail', userType: 'Member', domain: 'contoso.com' }, true],
  ['all but one criterion', { department: 'Retail', userType: 'Guest' }, false],
])('S32 a rule for %s', (_, criteria, isFit) => {
  const rules = ImportRules.parse({ items: [{ ...criteria, sso: true }], leavers: 'unsync' })
  expect(ticksByRules(rules, PERSON, undefined)).toEqual(isFit ? ON : undefined)
})

test('S32 a domain with a guest’s marked name is that of the mail address', () => {
  const guest = {
    ...PERSON,
    userPrincipalName: 'sam_fabrikam.com#EXT#@contoso.onmicrosoft.com',
    mail: 'Sam@Fabrikam.com',
  }
  const rules = ImportRules.parse({ items: [{ domain: 'Fabrikam.com', sso: false }], leavers: 'keep' })
  expect(ticksByRules(rules, guest, undefined)).toEqual(SYNC_ONLY)
  expect(ticksByRules(rules, { ...guest, mail: null }, undefined)).toBeUndefined()
})

test('S33 the first rule that fits decides about SSO', () => {
  const rules = ImportRules.parse({
    items: [
      { department: 'Retail', sso: false },
      { userType: 'Member', sso: true },
    ],
    leavers: 'keep',
  })
  expect(ticksByRules(rules, PERSON, undefined)).toEqual(SYNC_ONLY)
  expect(ticksByRules(rules, { ...PERSON, department: null }, undefined)).toEqual(ON)
})

test.each([
  ['nobody yet', undefined, true, ON],
  ['already so', byRule(ON), true, undefined],
  ['brought with other ticks', byRule(SYNC_ONLY), true, ON],
  ['let go before', byRule(OFF), true, ON],
  ['unticked by hand', byHand(OFF), true, undefined],
  ['ticked by hand', byHand(SYNC_ONLY), true, undefined],
  ['brought, and fits no more', byRule(ON), false, OFF],
  ['let go, and fits no more', byRule(OFF), false, undefined],
  ['ticked by hand, and fits none', byHand(ON), false, undefined],
  ['nobody, and fits none', undefined, false, undefined],
])('S32 somebody %s', (_, standing, isFit, ticks) => {
  const rules = ImportRules.parse({ items: [{ department: isFit ? 'Retail' : 'Other', sso: true }], leavers: 'unsync' })
  expect(ticksByRules(rules, PERSON, standing)).toEqual(ticks)
})

test.each([
  ['no criterion', { sso: true }],
  ['an unknown criterion', { jobTitle: 'Clerk', sso: true }],
  ['what is no domain', { domain: '@contoso.com', sso: true }],
  ['no word about SSO', { department: 'Retail' }],
])('S32 a rule with %s is refused', (_, rule) => {
  expect(ImportRules.safeParse({ items: [rule], leavers: 'keep' }).success).toBe(false)
})
