import type { RequestDefect } from '@jackfield/contract/http/problems/problem'
import type { FastifySchemaCompiler } from 'fastify'
import { z } from 'zod'
import type { AppError } from './app-error.ts'
import { refuse } from './refuse.ts'

const PARTS: Readonly<Record<string, RequestDefect['in']>> = {
  body: 'body',
  querystring: 'query',
  params: 'path',
  headers: 'header',
}

/** A body of 1 MiB can have a hundred thousand wrong places: the answer stays smaller than the question. */
const MOST_DEFECTS = 100

/**
 * Fastify's validation by zod schemas. What does not fit is 400 `invalid-request`, with every wrong place in `errors`.
 */
export const requestValidator: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart = 'body' }) => {
  return (data: unknown) => {
    const result = z.safeParse(schema, data, { reportInput: true })
    if (result.success) return { value: result.data }
    return { error: invalidRequest(result.error.issues.flatMap((issue) => defectsOf(nearestOption(issue), httpPart))) }
  }
}

export function invalidRequest(errors: readonly RequestDefect[]): AppError {
  return refuse('invalid-request', {
    members: { errors: errors.slice(0, MOST_DEFECTS) },
  })
}

type Issue = z.core.$ZodIssue

/** An option of a union that only has members too many says better what is wrong than that no option fits. */
function nearestOption(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue
  const [near] = issue.errors
    .filter(([only, ...more]) => only?.code === 'unrecognized_keys' && more.length === 0)
    .flat()
    .sort(byKeys)
  return near ? { ...near, path: [...issue.path, ...near.path] } : issue
}

const keysOf = (issue: Issue) => (issue.code === 'unrecognized_keys' ? issue.keys : [])
const byKeys = (one: Issue, other: Issue) => keysOf(one).length - keysOf(other).length

function defectsOf(issue: Issue, httpPart: string): RequestDefect[] {
  const place = PARTS[httpPart] ?? 'body'
  const path = [httpPart, ...issue.path].join('.')
  if (issue.code !== 'unrecognized_keys') {
    const { message } = issue
    return [{ path, message, pointer: pointerTo(place, issue.path), in: place, code: codeOf(issue), detail: message }]
  }
  const kind = place === 'body' ? 'member' : 'parameter'
  return issue.keys.slice(0, MOST_DEFECTS).map((key) => ({
    path,
    message: `Unrecognized key: ${JSON.stringify(key)}`,
    pointer: pointerTo(place, [...issue.path, key]),
    in: place,
    code: `unknown-${kind}`,
    detail: `There is no ${kind} ${JSON.stringify(key)} here.`,
  }))
}

function codeOf(issue: Issue): string {
  if ('input' in issue && issue.input === undefined) return 'required'
  return issue.code === 'custom' ? 'invalid-value' : issue.code.replaceAll('_', '-')
}

/** A JSON pointer into the body (RFC 6901); the name of a parameter. */
function pointerTo(place: RequestDefect['in'], path: readonly PropertyKey[]): string {
  if (place !== 'body') return path.map(String).join('.')
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
