import { EVIL_TEXTS } from './hostile.ts'
import { type OpenApi, type Operation, resolve, type Schema, urlOf } from './operations.ts'
import type { FuzzRequest } from './requests.ts'

/** For each evil text, requests with it in every place of the operation that takes text (IL-06). */
export function evilRequestsOf(
  operation: Operation,
  document: OpenApi,
  values: Readonly<Record<string, string>>,
): Array<FuzzRequest & { name: string }> {
  const { method, query, body } = operation
  const headers: Record<string, string> = body && method !== 'GET' ? { 'content-type': 'application/json' } : {}
  return Object.entries(EVIL_TEXTS).map(([name, text]) => {
    const search = new URLSearchParams(query.map((parameter): [string, string] => [parameter.name, text]))
    const payload = headers['content-type'] && { payload: JSON.stringify(filled(body ?? {}, document, text)) }
    return { name, method, url: `${urlOf(operation, values)}?${search}`, headers, ...payload }
  })
}

/** A body with the text in every text member and valid values elsewhere, so that only the text can be refused. */
function filled(schema: Schema, document: OpenApi, text: string): unknown {
  const { const: constant, enum: choices, anyOf, oneOf, properties, items, ...rest } = resolve(schema, document)
  if (constant !== undefined) return constant
  if (choices) return choices[0]
  const first = (anyOf ?? oneOf)?.[0]
  if (first) return filled(first, document, text)
  const type = [rest.type].flat()[0]
  if (type === 'object')
    return Object.fromEntries(
      Object.entries(properties ?? {}).map(([name, member]) => [name, filled(member, document, text)]),
    )
  if (type === 'array')
    return Array.from({ length: Math.max(1, rest.minItems ?? 1) }, () => filled(items ?? {}, document, text))
  if (type === 'integer' || type === 'number') return rest.minimum ?? 1
  return type === 'boolean' ? true : text
}

/** CPU time of `send` in milliseconds: the minimum of three, since other work of the process is counted too. */
export async function cpuOf(send: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < 3 && least > 50; attempt += 1) {
    const before = process.cpuUsage()
    await send()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}
