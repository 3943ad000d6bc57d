import { MicrosoftClouds } from '@jackfield/contract/microsoft/microsoft-cloud'
import { useQuery } from '@tanstack/react-query'
import { request } from './request.ts'

/** Microsoft's clouds, each with its Entra admin center. Loaded once: they do not change while a page is open. */
export function useMicrosoftClouds() {
  return useQuery({
    queryKey: ['microsoft-clouds'],
    queryFn: ({ signal }) => request(MicrosoftClouds, 'GET', '/api/v1/microsoft-clouds', { signal }),
    select: ({ items }) => items,
    staleTime: Number.POSITIVE_INFINITY,
  })
}
