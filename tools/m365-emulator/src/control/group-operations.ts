import type { Cloud } from '../cloud.ts'
import { GroupChange, GroupSeed } from '../directory/group.ts'
import { directoryControl } from './directory-control.ts'
import { type Operation, operation } from './operation.ts'

/** Groups and their members. */
export function groupOperations(cloud: Cloud): Operation[] {
  const directory = ({ d }: { d: string }) => directoryControl(cloud, d)
  return [
    operation('GET', '/directories/{d}/groups', {
      summary: 'Groups of the directory',
      run: ({ params }) => directory(params).groups(),
    }),
    operation('POST', '/directories/{d}/groups', {
      summary: 'Add a group with its members',
      body: GroupSeed,
      run: ({ params, body }) => directory(params).addGroup(body),
    }),
    operation('PATCH', '/directories/{d}/groups/{g}', {
      summary: 'Change properties of a group',
      body: GroupChange,
      run: ({ params, body }) => directory(params).changeGroup(params.g, body),
    }),
    operation('DELETE', '/directories/{d}/groups/{g}', {
      summary: 'Delete a group',
      run: ({ params }) => directory(params).deleteGroup(params.g),
    }),
    operation('PUT', '/directories/{d}/groups/{g}/members/{m}', {
      summary: 'Add a member',
      run: ({ params }) => directory(params).addMember(params.g, params.m),
    }),
    operation('DELETE', '/directories/{d}/groups/{g}/members/{m}', {
      summary: 'Remove a member',
      run: ({ params }) => directory(params).removeMember(params.g, params.m),
    }),
  ]
}
