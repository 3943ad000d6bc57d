import { useParams } from 'react-router'

/** An id of the page's address, encoded so that it cannot name another resource of the API. */
export function useRouteId(name: 'tenantId' | 'accountId' | 'userId' | 'phoneSystemId' | 'runId'): string {
  return encodeURIComponent(useParams()[name] ?? '')
}
