import type { Cloud } from '../cloud.ts'
import { resetAll, resetDirectory, restoreSnapshot, Snapshot, takeSnapshot } from '../state/snapshot.ts'
import { findDirectory, OneDirectory, type Operation, operation } from './operation.ts'

export const stateOperations = (cloud: Cloud): Operation[] => [
  operation('GET', '/snapshot', {
    summary: 'Directories and switches as they are now, or one directory',
    query: OneDirectory,
    run: ({ query }) => takeSnapshot(cloud, findDirectory(cloud, query.directory)),
  }),
  operation('PUT', '/snapshot', {
    summary: 'Directories and switches in place of those that are there; sessions, subscriptions and delta links end',
    body: Snapshot,
    run: ({ body }) => restoreSnapshot(cloud, body),
  }),
  operation('POST', '/reset', {
    summary: 'Back to the directories and switches of the start, without faults and requests, at the present time',
    body: OneDirectory,
    run: ({ body }) => {
      const directory = findDirectory(cloud, body.directory)
      return directory ? resetDirectory(cloud, directory) : resetAll(cloud)
    },
  }),
]
