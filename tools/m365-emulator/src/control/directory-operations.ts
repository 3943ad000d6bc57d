import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { PolicySeed } from '../directory/conditional-access.ts'
import { DirectorySeed } from '../directory/seed.ts'
import { ChangeScript } from '../population/change-script.ts'
import { addDirectory, directoryControl } from './directory-control.ts'
import { type Operation, operation } from './operation.ts'

/** `{d}` is a directory's id or one of its domains. */
export const directoryOperations = (cloud: Cloud): Operation[] => [
  operation('GET', '/directories', {
    summary: 'The directories, without their content',
    run: () => cloud.directories.all().map(({ id, displayName, domains }) => ({ id, displayName, domains })),
  }),
  operation('POST', '/directories', {
    summary: 'Add a directory with its content',
    body: DirectorySeed,
    run: ({ body }) => ({ id: addDirectory(cloud, body).id }),
  }),
  operation('PUT', '/directories/{d}/conditional-access', {
    summary: 'Conditional Access policies in place of those before',
    body: z.array(PolicySeed),
    run: ({ params, body }) => directoryControl(cloud, params.d).setConditionalAccess(body),
  }),
  operation('POST', '/directories/{d}/delta-tokens/expire', {
    summary: 'Expire the delta links issued so far',
    run: ({ params }) => directoryControl(cloud, params.d).expireDeltaTokens(),
  }),
  operation('POST', '/directories/{d}/changes', {
    summary: 'Play hires, departures, renames and more, drawn from a seed',
    body: ChangeScript,
    run: ({ params, body }) => directoryControl(cloud, params.d).playChanges(body),
  }),
]
