import { HOSTILE_VALUES, isSegment, jsonOf } from './hostile.ts'
import { type Operation, urlOf } from './operations.ts'
import type { FuzzRequest } from './requests.ts'

/**
 * Copies of an accepted request with one hostile value in one place: every member of `body`, every query parameter,
 * every path parameter. Covers all combinations, where random requests may miss one.
 */
export function sweptRequestsOf(
  operation: Operation,
  values: Readonly<Record<string, string>>,
  body: unknown,
): FuzzRequest[] {
  const { method, query, parameters } = operation
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  const payload = body === undefined ? {} : { payload: jsonOf(body) }
  const needed = query
    .filter(({ required }) => required)
    .map(({ name }): [string, string] => [name, values[name] ?? ''])
  const request = (
    path: Readonly<Record<string, string>>,
    asked: Array<[string, string]>,
    sent: { payload?: string },
  ): FuzzRequest => ({
    method,
    url: `${urlOf(operation, path)}?${new URLSearchParams(asked)}`,
    headers,
    ...sent,
  })
  return HOSTILE_VALUES.flatMap((value) => {
    const text = (typeof value === 'string' ? value.replace('@number:', '') : jsonOf(value)).toWellFormed()
    return [
      ...parameters.filter(() => isSegment(text)).map((name) => request({ ...values, [name]: text }, needed, payload)),
      ...query.map(({ name }) =>
        request(values, [...needed.filter(([other]) => other !== name), [name, text]], payload),
      ),
      ...withOneReplaced(body, value).map((hostile) => request(values, needed, { payload: jsonOf(hostile) })),
    ]
  })
}

/** Copies of a JSON value, one for each leaf, with that leaf replaced. */
function withOneReplaced(whole: unknown, value: unknown): unknown[] {
  if (whole === undefined) return []
  if (Array.isArray(whole))
    return whole.flatMap((item, index) => withOneReplaced(item, value).map((next) => whole.with(index, next)))
  if (whole === null || typeof whole !== 'object') return [value]
  return Object.entries(whole).flatMap(([name, member]) =>
    withOneReplaced(member, value).map((next) => ({ ...whole, [name]: next })),
  )
}
