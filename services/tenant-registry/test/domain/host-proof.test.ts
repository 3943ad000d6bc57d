import { describe, expect, test } from 'vitest'
import { customHostOf, judgeProof, type Sight } from '../../src/domain/host-proof.ts'

const VALUE = 'jackfield-host-proof=abc'

describe('S12 a custom host is proven', () => {
  const claim = { hostname: 'calls.contoso.example', proof: 'abc', provenAt: null }
  test.each([
    ['https://phone.example', 'http://calls.contoso.example/.well-known/jackfield-host-proof'],
    ['https://phone.example:8443', 'http://calls.contoso.example/.well-known/jackfield-host-proof'],
    ['http://phone.localhost:4000', 'http://calls.contoso.example:4000/.well-known/jackfield-host-proof'],
    ['http://phone.localhost', 'http://calls.contoso.example/.well-known/jackfield-host-proof'],
  ])('for the platform %s by a TXT record or the file %s', (baseUrl, url) => {
    expect(customHostOf(claim, baseUrl)).toEqual({
      hostname: 'calls.contoso.example',
      provenAt: null,
      dns: { name: '_jackfield.calls.contoso.example', type: 'TXT', value: VALUE },
      file: { url, content: VALUE },
    })
  })
  test('since it was', () => {
    expect(customHostOf({ ...claim, provenAt: '2026-06-01T00:00:00.000Z' }, 'https://phone.example').provenAt).toBe(
      '2026-06-01T00:00:00.000Z',
    )
  })
})

test.each<[string, Sight, string]>([
  ['it alone', { kind: 'texts', texts: [VALUE] }, 'found'],
  ['it among others', { kind: 'texts', texts: ['v=spf1 -all', `${VALUE}`, 'x'] }, 'found'],
  ['it among blanks', { kind: 'texts', texts: [` ${VALUE}\r\n`] }, 'found'],
  ['it beside one of another tenant', { kind: 'texts', texts: ['jackfield-host-proof=other', VALUE] }, 'found'],
  ['more than it', { kind: 'texts', texts: [`${VALUE}d`] }, 'other-value'],
  ['it in other words', { kind: 'texts', texts: [`x ${VALUE}`] }, 'other-value'],
  ['another tenant’s', { kind: 'texts', texts: ['x', 'jackfield-host-proof=other'] }, 'other-value'],
  ['nothing of ours', { kind: 'texts', texts: ['v=spf1 -all', 'abc'] }, 'absent'],
  ['nothing', { kind: 'texts', texts: [] }, 'absent'],
  ['no such place', { kind: 'absent' }, 'absent'],
  ['no answer', { kind: 'unreachable' }, 'unreachable'],
])('S12 at the place of a proof is %s', (_, sight, verdict) => {
  expect(judgeProof(sight, VALUE)).toBe(verdict)
})
