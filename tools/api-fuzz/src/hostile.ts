import fc from 'fast-check'

/** Texts known to break parsers, queries, stores or pages. */
export const HOSTILE_TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'a\udfffb',
  '\u202eevil',
  '\ufeff',
  'e\u0301\u0301\u0301',
  '%',
  '_%_',
  '\\',
  '%00',
  '..',
  '../../etc/passwd',
  "' OR '1'='1",
  '"; drop table tenant; --',
  '{"$gt":""}',
  '$.x[?(@.y)]',
  '=cmd()',
  '<script>alert(1)</script>',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an attack on other template engines
  '${7*7}{{7*7}}',
  'http://169.254.169.254/',
  '__proto__',
  'constructor',
  'NaN',
  '-1',
  '1e999',
  '9007199254740993',
  '00000000-0000-0000-0000-000000000000',
  '2026-02-30T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '0000-01-01T00:00:00Z',
  'x'.repeat(5_000),
]

/** Whether a text stays a segment of a path: URL parsers take `..` for the parent. */
export const isSegment = (text: string) => text !== '' && text !== '..'

/**
 * Numbers that JSON can express and JavaScript or a column cannot hold. They are kept as text; `jsonOf` unquotes them.
 */
const HUGE = ['1e999', '-1e999', '1e308', '9007199254740993', '-0', '2147483648', '9223372036854775808', '0.1e-400']
const huge = fc.constantFrom(...HUGE).map((text) => `@number:${text}`)

/** All hostile texts and numbers, and values of other types. */
export const HOSTILE_VALUES: readonly unknown[] = [
  ...HOSTILE_TEXTS,
  ...HUGE.map((text) => `@number:${text}`),
  null,
  true,
  0,
  -1,
  1.5,
  [],
  {},
  [['x']],
]

/** JSON as sent on the wire. */
export function jsonOf(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').replace(/"@number:([^"]+)"/g, '$1')
}

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
)

export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  { weight: 2, arbitrary: huge },
  { weight: 2, arbitrary: fc.jsonValue() },
  { weight: 1, arbitrary: fc.constantFrom(null, true, [], {}, [[[[[[[[]]]]]]]]) },
)

/** Wrong content types, and ones that only resemble the right one. */
export const HOSTILE_CONTENT_TYPES = [
  undefined,
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/json; charset=utf-7',
  'application/json garbage',
  'application/json\ttext/plain',
  'APPLICATION/JSON',
  ' application/json',
  'application/jsonx',
  'application/problem+json',
  'a/json; application/json',
]

/** Texts of 50 KiB that make a backtracking expression run for ever (CWE-1333). */
export const EVIL_TEXTS: Readonly<Record<string, string>> = {
  'one letter': `${'a'.repeat(51_200)}!`,
  'a digit': `${'1'.repeat(51_200)}x`,
  blanks: `${' '.repeat(51_200)}x`,
  'labels of a host': `${'a.'.repeat(25_600)}-`,
  hyphens: `a${'-'.repeat(51_200)}!`,
  'letters and hyphens': `${'a-'.repeat(25_600)}!`,
  'mail addresses': 'a@'.repeat(25_600),
  'an address of a page': `https://${'a/'.repeat(25_600)} `,
  'hosts of a page': `https://${'a.'.repeat(25_600)}`,
  quotes: `${'"\\'.repeat(17_000)}`,
  commas: ', '.repeat(25_600),
  'a base64 that does not end': `${'AAAA'.repeat(12_800)}=!`,
  'wildcards of LIKE': '%_'.repeat(25_600),
  'a time that does not end': `2026-01-01T00:00:00.${'0'.repeat(51_200)}`,
}
