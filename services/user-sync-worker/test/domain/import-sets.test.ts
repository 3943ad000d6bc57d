import { ImportRules } from '@jackfield/contract/microsoft/import-rule'
import { describe, expect, test } from 'vitest'
import { explainUnreadSet, readsSets, setsOf, ticksByRules } from '../../src/domain/import-rules.ts'

const GROUP = '11111111-1111-4111-8111-111111111111'
const OTHER_GROUP = '22222222-2222-4222-8222-222222222222'
const SKU = '33333333-3333-4333-8333-333333333333'
const rules = (...items: object[]) =>
  ImportRules.parse({ items: items.map((item) => ({ sso: true, ...item })), leavers: 'unsync' })
const PERSON = {
  id: '44444444-4444-4444-8444-444444444444',
  displayName: 'Adele',
  givenName: null,
  surname: null,
  userPrincipalName: 'adele@contoso.example',
  mail: null,
  businessPhones: [],
  mobilePhone: null,
  jobTitle: null,
  department: 'Retail',
  employeeId: null,
  accountEnabled: true,
  userType: 'Member',
} as const
const person = { ...PERSON, businessPhones: [] as string[] }
const fits = (rule: object, ...sets: string[]) =>
  ticksByRules(rules(rule), person, undefined, new Set(sets)) !== undefined

describe('S32 a rule that names a group or a licence', () => {
  test.each([
    [{ groupId: GROUP }, [], false],
    [{ groupId: GROUP }, [`group:${GROUP}`], true],
    [{ groupId: GROUP }, [`group:${OTHER_GROUP}`, `sku:${GROUP}`], false],
    [{ skuId: SKU }, [`sku:${SKU}`], true],
    [{ skuId: SKU }, [`group:${SKU}`], false],
    [{ groupId: GROUP, skuId: SKU }, [`group:${GROUP}`], false],
    [{ groupId: GROUP, skuId: SKU }, [`sku:${SKU}`, `group:${GROUP}`], true],
    [{ groupId: GROUP, department: 'Retail' }, [`group:${GROUP}`], true],
    [{ groupId: GROUP, department: 'Sales' }, [`group:${GROUP}`], false],
  ])('%j fits somebody who is in %j: %j', (rule, sets, isFit) => {
    expect(fits(rule, ...sets)).toBe(isFit)
  })

  test('fits nobody while its members are not read', () => {
    expect(ticksByRules(rules({ groupId: GROUP }), person, undefined)).toBeUndefined()
  })

  test('asks for each group and licence once', () => {
    const named = rules(
      { groupId: GROUP, skuId: SKU },
      { department: 'Retail' },
      { groupId: OTHER_GROUP },
      { groupId: GROUP },
    )
    expect(setsOf(named)).toEqual([`group:${GROUP}`, `sku:${SKU}`, `group:${OTHER_GROUP}`])
    expect(setsOf(rules({ department: 'Retail' }))).toEqual([])
  })
})

describe('S32 before a run the members of the groups of its rules are', () => {
  const keys = [`group:${GROUP}`, `sku:${SKU}`]
  test.each([
    ['read for a schedule', 'schedule', rules({ groupId: GROUP }), [], true],
    ['read for a schedule, although they were read before', 'schedule', rules({ groupId: GROUP }), keys, true],
    ['not read where no rule names any', 'schedule', rules({ department: 'Retail' }), [], false],
    ['not read where there are no rules', 'schedule', null, [], false],
    [
      'read for a notification when they never were',
      'notification',
      rules({ groupId: GROUP, skuId: SKU }),
      [`group:${GROUP}`],
      true,
    ],
    ['not read again for a notification', 'notification', rules({ groupId: GROUP, skuId: SKU }), keys, false],
    ['not read for a notification where no rule names any', 'notification', rules({ department: 'Retail' }), [], false],
    ['not read for a notification where there are no rules', 'notification', null, [], false],
  ])('%s', (_, requestedBy, given, setsRead, reads) => {
    expect(readsSets({ kind: 'delta', requestedBy, rules: given, setsRead })).toBe(reads)
  })
})

test.each([
  [`group:${GROUP}`, 'consent-missing', ['group', GROUP, 'GroupMember.Read.All']],
  [`group:${GROUP}`, 'rejected', ['group', GROUP, 'still exist']],
  [`sku:${SKU}`, 'consent-missing', ['licence', SKU, 'still exist']],
  [`sku:${SKU}`, 'rejected', ['licence', SKU, 'still exist']],
  [`group:${GROUP}`, 'repeated-page', ['group', GROUP, 'circle']],
  [`sku:${SKU}`, 'endless-list', ['licence', SKU, 'does not end']],
] as const)('S65 the members of %s could not be read (%s): it says of which, and what to do', (key, reason, parts) => {
  const words = explainUnreadSet(key, reason)
  for (const part of parts) expect(words).toContain(part)
  expect(words.includes('GroupMember.Read.All')).toBe(key.startsWith('group') && reason === 'consent-missing')
})

describe('S32 a rule for a domain', () => {
  const inDomain = (members: object) =>
    ticksByRules(rules({ domain: 'contoso.example' }), { ...person, ...members }, undefined) !== undefined
  test.each([
    [{ userPrincipalName: 'a@CONTOSO.example' }, true],
    [{ userPrincipalName: 'a@x.example', mail: 'a@Contoso.Example' }, true],
    [{ userPrincipalName: 'a@x.example', mail: null }, false],
    [{ userPrincipalName: 'a@contoso.example@x.example' }, false],
    [{ userPrincipalName: 'contoso.example@x.example' }, false],
    [{ userPrincipalName: 'a@sub.contoso.example' }, false],
  ])('fits %j: %j', (members, isFit) => {
    expect(inDomain(members)).toBe(isFit)
  })
})

test.each([
  ['keep', undefined],
  ['unsync', { sync: false, sso: false }],
] as const)('S32 somebody whom no rule fits any more, where leavers are to %s', (leavers, ticks) => {
  const standing = { sync: true, sso: true, chosenBy: 'rule' as const }
  expect(ticksByRules({ items: [{ department: 'Sales', sso: true }], leavers }, person, standing)).toEqual(ticks)
})
