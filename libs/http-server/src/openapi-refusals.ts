import { PROBLEMS, type ProblemCode } from '@jackfield/contract/http/problems/catalogue'
import type { FastifyInstance, FastifySchema } from 'fastify'

declare module 'fastify' {
  interface FastifySchema {
    /** The codes with which the operation refuses. */
    refusals?: readonly ProblemCode[]
  }
}

/** Declares what the guards of a scope refuse, for each route that is registered in it from now on. */
export function declareRefusals(scope: FastifyInstance, ...codes: readonly ProblemCode[]): void {
  scope.addHook('onRoute', (route) => {
    route.schema = { ...route.schema, refusals: [...(route.schema?.refusals ?? []), ...codes] }
  })
}

/** What the edge and the guards refuse at every operation of the admin API. */
const EVERYWHERE: readonly ProblemCode[] = [
  'invalid-request',
  'invalid-path',
  'unauthenticated',
  'forbidden',
  'cross-site-request',
  'not-found',
  'body-too-large',
  'uri-too-long',
  'unsupported-media-type',
  'too-many-calls',
  'too-many-requests',
  'starting',
  'temporarily-unavailable',
  'internal-error',
]

/** All codes of an operation. */
export function refusalsOf({ refusals = [] }: FastifySchema): readonly ProblemCode[] {
  return [...EVERYWHERE, ...refusals]
}

/** OpenAPI responses for these codes, one for each status; what is refused everywhere is a component. */
export function refusalResponses(codes: readonly ProblemCode[]): Record<string, object> {
  return Object.fromEntries(
    byStatus(codes).map(([status, ofStatus]) => [
      status,
      ofStatus.every((code) => EVERYWHERE.includes(code))
        ? { $ref: `#/components/responses/${componentOf(status)}` }
        : problemResponse(status, ofStatus),
    ]),
  )
}

/** The responses that `refusalResponses` refers to. */
export const refusalComponents: Record<string, object> = Object.fromEntries(
  byStatus(EVERYWHERE).map(([status, codes]) => [componentOf(status), problemResponse(status, codes)]),
)

function byStatus(codes: readonly ProblemCode[]) {
  return [...Map.groupBy([...new Set(codes)].sort(), (code) => PROBLEMS[code].status)]
}

function componentOf(status: number): string {
  return `Refused${status}`
}

function problemResponse(status: number, codes: readonly ProblemCode[]) {
  const [first] = codes
  return {
    description: codes.map((code) => `- \`${code}\`: ${PROBLEMS[code].title}`).join('\n'),
    headers: {
      ...(status === 401 && { 'WWW-Authenticate': header('`Bearer`') }),
      ...((status === 429 || status === 503) && { 'Retry-After': header('Seconds to wait before the next attempt') }),
    },
    content: {
      'application/problem+json': {
        schema: {
          allOf: [
            { $ref: '#/components/schemas/Problem' },
            { type: 'object', properties: { code: { type: 'string', enum: codes } } },
          ],
        },
        ...(first && { example: exampleOf(first) }),
      },
    },
  }
}

function header(description: string) {
  return { description, schema: { type: 'string' } }
}

function exampleOf(code: ProblemCode) {
  const { status, title, help } = PROBLEMS[code]
  const type = `https://control.phone.example/api/v1/problems/${code}`
  return { type, title, status, detail: help, code, requestId: 'd8b57e36-5ab1-4fd2-9c1c-33a5ffcd6a6b' }
}
