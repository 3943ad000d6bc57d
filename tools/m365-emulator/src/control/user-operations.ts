import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import { PhotoSeed } from '../directory/photo.ts'
import { UserChange, UserSeed } from '../directory/user.ts'
import { directoryControl } from './directory-control.ts'
import { type Operation, operation } from './operation.ts'

/** Pages through users: a large directory does not fit into one answer. */
const Slice = z.object({
  start: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(10_000).default(10_000),
})

/** `{u}` is a user's id or user principal name. */
export function userOperations(cloud: Cloud): Operation[] {
  const directory = ({ d }: { d: string }) => directoryControl(cloud, d)
  return [
    operation('GET', '/directories/{d}/users', {
      summary: 'Users in order of creation, from position `start`',
      query: Slice,
      run: ({ params, query }) => directory(params).users(query),
    }),
    operation('POST', '/directories/{d}/users', {
      summary: 'Add a user',
      body: UserSeed,
      run: ({ params, body }) => directory(params).addUser(body),
    }),
    operation('GET', '/directories/{d}/users/{u}', {
      summary: 'One user',
      run: ({ params }) => directory(params).user(params.u),
    }),
    operation('PATCH', '/directories/{d}/users/{u}', {
      summary: 'Change properties of a user',
      body: UserChange,
      run: ({ params, body }) => directory(params).changeUser(params.u, body),
    }),
    operation('DELETE', '/directories/{d}/users/{u}', {
      summary: 'Move a user to the recycle bin',
      run: ({ params }) => directory(params).deleteUser(params.u),
    }),
    operation('POST', '/directories/{d}/users/{u}/restore', {
      summary: 'Restore a user from the recycle bin',
      run: ({ params }) => directory(params).restoreUser(params.u),
    }),
    operation('POST', '/directories/{d}/users/{u}/purge', {
      summary: 'Remove a user for good',
      run: ({ params }) => directory(params).purgeUser(params.u),
    }),
    operation('POST', '/directories/{d}/users/{u}/revoke-sessions', {
      summary: "End a user's Microsoft sessions and refresh tokens",
      run: ({ params }) => directory(params).revokeSessions(params.u),
    }),
    operation('PUT', '/directories/{d}/users/{u}/photo', {
      summary: 'Store a photo; null removes it',
      body: PhotoSeed.nullable(),
      run: ({ params, body }) => directory(params).setPhoto(params.u, body),
    }),
  ]
}
