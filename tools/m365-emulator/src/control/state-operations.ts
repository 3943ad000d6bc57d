import type { Cloud } from '../cloud.ts'
import { resetTo, restoreSnapshot, Snapshot, takeSnapshot } from '../state/snapshot.ts'
import { type Operation, operation } from './operation.ts'

/** `start` is how the emulator began, before a state file. */
export const stateOperations = (cloud: Cloud, start: Snapshot): Operation[] => [
  operation('GET', '/snapshot', {
    summary: 'Directories and switches as they are now',
    run: () => takeSnapshot(cloud),
  }),
  operation('PUT', '/snapshot', {
    summary: 'Directories and switches in place of those that are there; sessions, subscriptions and delta links end',
    body: Snapshot,
    run: ({ body }) => restoreSnapshot(cloud, body),
  }),
  operation('POST', '/reset', {
    summary: 'Back to the directories and switches of the start, without faults and requests, at the present time',
    run: () => resetTo(cloud, start),
  }),
]
