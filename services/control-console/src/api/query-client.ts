import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { problemOf } from './api-problem.ts'
import { SESSION_KEY } from './session.ts'

/** Retries only temporary failures. A 401 of any request signs the page out. */
export function createQueryClient(): QueryClient {
  const onError = (error: unknown) => {
    if (problemOf(error).status === 401) client.setQueryData(SESSION_KEY, null)
  }
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) => failures < 2 && isPassing(problemOf(error).status),
      },
    },
  })
  return client
}

function isPassing(status: number): boolean {
  return status === 0 || status === 429 || status === 502 || status === 503 || status === 504
}
