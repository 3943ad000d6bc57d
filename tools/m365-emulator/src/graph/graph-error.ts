/** Thrown by Graph's routes; `graph.ts` alone turns it into Graph's error document. */
export class GraphError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

export type GraphTrace = { requestId: string; clientRequestId: string; date: Date }

export function errorDocument(code: string, message: string, { requestId, clientRequestId, date }: GraphTrace) {
  const innerError = {
    date: date.toISOString().slice(0, 19),
    'request-id': requestId,
    'client-request-id': clientRequestId,
  }
  return { error: { code, message, innerError } }
}

export const badRequest = (message: string) => new GraphError(400, 'Request_BadRequest', message)
export const unsupportedQuery = (message: string) => new GraphError(400, 'Request_UnsupportedQuery', message)
export const notFound = (id: string) =>
  new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  )
