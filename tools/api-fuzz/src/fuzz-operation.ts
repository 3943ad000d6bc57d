import fc from 'fast-check'
import type { OpenApi, Operation } from './operations.ts'
import { type FuzzRequest, requestsOf } from './requests.ts'
import { type Answer, judgeOf } from './verdict.ts'

/**
 * Sends each request and judges each answer by the document.
 * @throws with the first request whose answer is not right
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
 * Sends an operation what is nearly right and what is not, and judges every answer by the document.
 * @throws with the smallest request it found whose answer is not right, and what is wrong with it; answers how many were let through
 */
export async function fuzzOperation(options: {
  operation: Operation
  document: OpenApi
  values: Readonly<Record<string, string>>
  send: Send
  runs: number
  /** By chance unless told; what fails says it. */
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
