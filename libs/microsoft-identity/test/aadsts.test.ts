import { expect, test } from 'vitest'
import { explainAadsts, explainRefusal } from '../src/aadsts.ts'

/**
 * The codes of sign-in, consent, tokens and applications that Microsoft documents and an administrator or a person may
 * meet.
 */
const CODES = [
  '7000215 7000222 7000218 700025 700027 70021 700213 700211 700212 700016 700011 70001',
  '7000112 90002 900023 90038 50194 9001023 50011 900971 500113 65001 65004 90094 90095',
  '90008 650052 650056 650057 65005 500011 50105 50020 50034 16000 16003 50014',
  '51004 500208 500212 500213 500021 500022 50002 50053 50055 50144 50056 50126',
  '50064 50057 50058 50072 50074 50076 50078 50079 53000 53001 53002 53003',
  '53004 53010 53011 530032 530034 530035 50097 50131 50158 54005 70008 700082',
  '700084 70043 50173 50132 50133 50089 70000 700005 50147 501491 501481 50148',
  '9002325 9002326 9002327 900144 90014 90100 90013 9002313 90004 90023 90015 901002',
  '70003 700054 70005 70007 70011 28002 28003 700022 1002012 50196 90055 90006',
  '90024 90033 90090 50033 50087 50000 90036 90092 900382 900432 50012 50027',
  '50048 700024 7000229 700038 650053',
].flatMap((line) => line.split(' ').map((code) => `AADSTS${code}`))
const ROLES = {
  en: /Privileged Role Administrator or Global Administrator/,
  de: /Administrator für privilegierte Rollen.* oder .*Globale/,
}

test.each(CODES)('S27 %s is explained in English and German, with what to do', (code) => {
  const unknown = explainAadsts('AADSTS1234567')
  for (const language of ['en', 'de'] as const) {
    const { message, remedy } = explainAadsts(code, language)
    expect(message).not.toContain(code)
    expect(message).toMatch(/[.]$/)
    expect(remedy).toMatch(/[.]$/)
    expect(remedy).not.toBe(unknown.remedy)
  }
  expect(explainAadsts(code, 'de').message).not.toBe(explainAadsts(code, 'en').message)
})

test.each(['AADSTS7000229', 'AADSTS90094', 'AADSTS90095', 'AADSTS90008', 'AADSTS65001', 'AADSTS65004'])(
  'S2 who tries to consent with a lesser role is told the roles: %s',
  (code) => {
    for (const language of ['en', 'de'] as const) expect(explainAadsts(code, language).remedy).toMatch(ROLES[language])
  },
)

test.each(['AADSTS1234567', 'AADSTS7000216', 'AADSTS0001', 'constructor', '__proto__'])(
  'S27 the unknown code %s names itself and where Microsoft explains it',
  (code) => {
    for (const language of ['en', 'de'] as const) {
      const { message, remedy } = explainAadsts(code, language)
      expect(message).toContain(code)
      expect(remedy).toContain(`error?code=${code.replace('AADSTS', '')}`)
    }
  },
)

test.each([
  'invalid_tenant',
  'access_denied',
  'consent_required',
  'interaction_required',
  'invalid_client',
  'unauthorized_client',
  'server_error',
  'temporarily_unavailable',
])('FC-38 %s without a code is explained in both languages, and no correlation id is asked for', (error) => {
  for (const language of ['en', 'de'] as const) {
    const { message, remedy } = explainRefusal({ code: undefined, error }, language)
    expect(message).not.toBe(explainAadsts(undefined, language).message)
    expect(remedy).not.toMatch(/correlation|Korrelation/i)
    expect(explainRefusal({ code: 'AADSTS50011', error }, language)).toEqual(explainAadsts('AADSTS50011', language))
  }
})

test.each(['', 'made_up', 'constructor', '__proto__'])(
  'FC-38 the error “%s” is no explanation, nor is a correlation id asked for',
  (error) => {
    for (const language of ['en', 'de'] as const) {
      expect(explainRefusal({ code: undefined, error }, language)).toEqual(explainAadsts(undefined, language))
      expect(explainAadsts(undefined, language).remedy).not.toMatch(/correlation|Korrelation/i)
    }
  },
)
