import type { CapturedAnswer } from './capture.ts'

export type Answer = { status: number; headers: Readonly<Record<string, string>>; body: unknown; text: string }

/** What a placeholder stands for in a captured string; any other `{name}` is literal. */
const PLACEHOLDERS: Readonly<Record<string, string>> = {
  guid: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  timestamp: '\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}:\\d{2}Z?',
  number: '\\d+',
  any: '[\\s\\S]*',
}

/**
 * Paths at which an answer is not what was captured, for example `body.error_codes.0`; empty when it is. `values` fill
 * placeholders such as `{tenant}` and `{login}` with what the sender used.
 */
export function differences(
  captured: CapturedAnswer,
  answer: Answer,
  values: Readonly<Record<string, string>> = {},
): string[] {
  const { status, headers = {}, body, contains = [], absent = [] } = captured
  return [
    ...(status === undefined || status === answer.status ? [] : ['status']),
    ...Object.entries(headers).flatMap(([name, value]) =>
      compare(value, answer.headers[name], `headers.${name}`, values),
    ),
    ...(body === undefined ? [] : compare(body, answer.body, 'body', values)),
    ...contains.filter((text) => !pattern(text, values, false).test(answer.text)).map((text) => `contains ${text}`),
    ...absent.filter((path) => memberOf(answer.body, path) !== undefined).map((path) => `absent ${path}`),
  ]
}

function compare(expected: unknown, actual: unknown, path: string, values: Readonly<Record<string, string>>): string[] {
  if (expected === '{any}') return actual === undefined ? [path] : []
  if (typeof expected === 'string') {
    const isSame = ['string', 'number'].includes(typeof actual) && pattern(expected, values, true).test(String(actual))
    return isSame ? [] : [path]
  }
  if (typeof expected !== 'object' || expected === null) return expected === actual ? [] : [path]
  if (typeof actual !== 'object' || actual === null) return [path]
  if (Array.isArray(expected) !== Array.isArray(actual)) return [path]
  const members = actual as Readonly<Record<string, unknown>>
  return Object.entries(expected).flatMap(([name, value]) => compare(value, members[name], `${path}.${name}`, values))
}

function pattern(text: string, values: Readonly<Record<string, string>>, isWhole: boolean): RegExp {
  const parts = text.split(/(\{[\w-]+\})/).map((part) => {
    const name = /^\{([\w-]+)\}$/.exec(part)?.[1]
    const placeholder = name === undefined ? undefined : PLACEHOLDERS[name]
    return placeholder ?? RegExp.escape((name && values[name]) ?? part)
  })
  return new RegExp(isWhole ? `^${parts.join('')}$` : parts.join(''), 'i')
}

export function memberOf(body: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined),
      body,
    )
}
