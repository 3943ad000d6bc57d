import { Problem } from '@jackfield/contract/http/problems/problem'

/** An error answer of the API. */
export class ApiProblem extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.title)
    this.name = 'ApiProblem'
    this.problem = problem
  }
}

export function problemOf(error: unknown): Problem {
  if (error instanceof ApiProblem) return error.problem
  return {
    type: 'about:blank',
    status: 0,
    code: 'internal-error',
    title: 'Something went wrong in this page. Reload it and try again.',
  }
}

export function unreachable(): ApiProblem {
  const title = 'The server cannot be reached. Check your connection and try again.'
  return new ApiProblem({ type: 'about:blank', status: 0, code: 'unreachable', title })
}

/** Reads RFC 9457 problem details; any other body (a proxy's page) becomes a problem of its status. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const requestId = response.headers.get('x-request-id') ?? undefined
  const body: unknown = await response.json().catch(() => undefined)
  const parsed = Problem.safeParse(body)
  if (parsed.success) return new ApiProblem({ ...parsed.data, requestId: parsed.data.requestId ?? requestId })
  const title =
    response.status >= 500
      ? 'The server cannot answer just now. Try again in a moment.'
      : 'The server refused the request.'
  return new ApiProblem({ type: 'about:blank', status: response.status, code: 'unexpected-answer', title, requestId })
}
