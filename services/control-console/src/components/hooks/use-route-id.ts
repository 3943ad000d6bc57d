import { useParams } from 'react-router'

/** An id from the page's address. Encoded, so that nothing typed there can name another resource of the API. */
export function useRouteId(name: 'tenantId' | 'accountId' | 'userId' | 'phoneSystemId' | 'runId'): string {
  return encodeURIComponent(useParams()[name] ?? '')
}
