import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { Tamper } from '../entra/issued-tokens/tampering.ts'
import { Fault } from '../faults/fault.ts'
import { findDirectory, OneDirectory, type Operation, operation } from './operation.ts'

const Requests = OneDirectory.extend({ route: z.string().optional() })

/** Faults, tampering and the request log. */
export function cloudOperations(cloud: Cloud): Operation[] {
  const idOf = (idOrDomain: string | undefined) => findDirectory(cloud, idOrDomain)?.id
  return [
    operation('GET', '/requests', {
      summary: 'Requests so far: counts by method and route, and the latest ones with query and body',
      query: Requests,
      run: ({ query: { directory, route } }) => {
        const filter = { directory: idOf(directory), route }
        return { counts: cloud.requests.counts(filter), latest: cloud.requests.latest(filter) }
      },
    }),
    operation('DELETE', '/requests', {
      summary: 'Empty the request log, or forget the requests of one directory',
      query: OneDirectory,
      run: ({ query }) => cloud.requests.clear(idOf(query.directory)),
    }),
    operation('POST', '/id-tokens/tamper', {
      summary: 'Tamper with the next ID token, once',
      body: Tamper,
      run: ({ body }) => cloud.tampering.next(body),
    }),
    operation('POST', '/faults', {
      summary: "Plan a fault of Graph's or Entra's answers",
      body: Fault,
      run: ({ body }) => cloud.faults.plan(body),
    }),
    operation('DELETE', '/faults', {
      summary: 'Cancel all planned faults, or those of one directory',
      query: OneDirectory,
      run: ({ query }) => cloud.faults.clear(findDirectory(cloud, query.directory)),
    }),
  ]
}
