import fc from 'fast-check'
import type { OpenApi, Operation } from './operations.ts'
import { type FuzzRequest, requestsOf } from './requests.ts'
import { type Answer, judgeOf } from './verdict.ts'

/**
 * Sends each request and checks each response against the document.
 * @throws Error with the first request whose response is wrong.
 */
export async function tryAll(
  operation: Operation,
  document: OpenApi,
  requests: Iterable<FuzzRequest>,
  send: Send,
): Promise<void> {
  const judge = judgeOf(document)
  for (const request of requests) {
    const complaints = judge(operation, await send(request))
    if (complaints.length > 0) throw new Error(`${operation.id}: ${complaints.join('; ')}: ${JSON.stringify(request)}`)
  }
}

export type Send = (request: FuzzRequest) => Promise<Answer>

/**
 * Sends valid, nearly valid and hostile requests and checks every response against the document. Returns how many were
 * accepted.
 * @throws Error with the smallest request found whose response is wrong, and the complaints.
 */
export async function fuzzOperation(options: {
  operation: Operation
  document: OpenApi
  values: Readonly<Record<string, string>>
  send: Send
  runs: number
  /** Random by default; a failure names it. */
  seed?: number
}): Promise<{ accepted: number }> {
  const { operation, document, values, send, runs, seed } = options
  const judge = judgeOf(document)
  let accepted = 0
  const property = fc.asyncProperty(requestsOf(operation, document, values), async (request) => {
    const answer = await send(request)
    if (answer.status < 400) accepted += 1
    const complaints = judge(operation, answer)
    if (complaints.length > 0) throw new Error(`${operation.id}: ${complaints.join('; ')}`)
  })
  await fc.assert(property, { numRuns: runs, endOnFailure: false, ...(seed !== undefined && { seed }) })
  return { accepted }
}
