import type { Explanations } from './aadsts.ts'

type Explained = keyof Explanations['byCode']

/** Codes with the same meaning for a reader, by the code that has the explanation. */
const GROUPS: Partial<Record<Explained, string>> = {
  AADSTS700016: '70001 700011',
  AADSTS700027: '50012 50027 50048',
  AADSTS70021: '700211 700212 700213',
  AADSTS90038: '900382 900432',
  AADSTS50194: '9001023',
  AADSTS50011: '900971 500113',
  AADSTS90094: '90095 90008',
  AADSTS500011: '650052 650053 650056 650057 65005',
  AADSTS50020: '50034 16000 16003 50014 51004',
  AADSTS500212: '500213',
  AADSTS500021: '500022 50002',
  AADSTS50055: '50144',
  AADSTS50126: '50056 50064',
  AADSTS50076: '50072 50074 50078 50079',
  AADSTS53003: '53000 53001 53002 53004 53010 53011 530032 530034 530035 50097 50131 50158',
  AADSTS70008: '700082 700084 70043 50173 50132 50133 50089 70000',
  AADSTS9002325: '9002327',
  AADSTS501481: '50147 501491 50148',
  AADSTS900144:
    '90014 90100 90013 9002313 90004 90023 90015 901002 70003 700054 70005 70007 70011 28002 28003 700022 1002012',
  AADSTS90033: '90055 90006 90024 90090 50033 50087',
  AADSTS50000: '90036 90092',
}

const EXPLAINED_BY: ReadonlyMap<string, Explained> = new Map(
  Object.entries(GROUPS).flatMap(([explained, others]) =>
    others.split(' ').map((code) => [`AADSTS${code}`, explained as Explained]),
  ),
)

/** The code under which this one is explained: itself, when it is in no group. */
export function explainedBy(code: string): string {
  return EXPLAINED_BY.get(code) ?? code
}
