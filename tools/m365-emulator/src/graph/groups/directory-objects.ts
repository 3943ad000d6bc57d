import { GROUP_PROPERTIES, type Member } from '../../directory/group.ts'
import { USER_PROPERTIES } from '../../directory/user.ts'
import type { Caller } from '../bearer.ts'
import { badRequest, GraphError, unsupportedQuery } from '../graph-error.ts'
import { DEFAULT_PROPERTIES, project } from '../query/select.ts'
import { showGroup } from './group-access.ts'

type ObjectType = Member['type']
type Shown = { select: readonly string[] | undefined; isCast: boolean }

const KNOWN = new Map([...USER_PROPERTIES, ...GROUP_PROPERTIES].map((name) => [name.toLowerCase(), name]))
const READ_USERS = ['User.Read.All', 'Directory.Read.All', 'User.ReadWrite.All']

/** `$select` on members may name any property of any of the types. */
export function readObjectSelect(select: string | undefined): string[] | undefined {
  return select?.split(',').map((asked) => {
    const known = KNOWN.get(asked.trim().toLowerCase() as 'id')
    if (known === undefined)
      throw badRequest(`Could not find a property named '${asked.trim()}' on type 'microsoft.graph.directoryObject'.`)
    return known
  })
}

/** `microsoft.graph.user` and `microsoft.graph.group`; Microsoft's other types have no objects here. */
export function readCast(cast: string | undefined): ObjectType | undefined {
  if (cast === undefined) return undefined
  const type = /^microsoft\.graph\.(user|group)$/i.exec(cast)?.[1]?.toLowerCase()
  if (type === undefined) throw unsupportedQuery(`The cast '${cast}' is not supported.`)
  return type as ObjectType
}

/** Without the right to read users, all properties except the id are empty. */
export function showObject(
  { directory, permissions }: Caller,
  { id, type }: Member,
  { select, isCast }: Shown,
): Record<string, unknown> {
  const kind = isCast ? {} : { '@odata.type': `#microsoft.graph.${type}` }
  if (type === 'group') {
    const group = directory.groups.find(id)
    return group
      ? {
          ...kind,
          ...showGroup(
            group,
            select?.filter((name) => GROUP_PROPERTIES.includes(name as 'id')),
          ),
        }
      : { ...kind, id }
  }
  const user = directory.users.find(id)
  if (!user) throw new GraphError(500, 'InternalServerError', `Member ${id} is not there.`)
  const visible = READ_USERS.some((permission) => permissions.has(permission)) ? null : new Set(['id'])
  const properties = select?.filter((name) => USER_PROPERTIES.includes(name as 'id')) ?? DEFAULT_PROPERTIES
  return { ...kind, ...project(user, properties, visible) }
}
