import { GROUP_PROPERTIES, type Group } from '../../directory/group.ts'
import { type Caller, requireAny } from '../bearer.ts'
import { badRequest, notFound } from '../graph-error.ts'

const NAMES = new Map<string, string>([...GROUP_PROPERTIES, 'members'].map((name) => [name.toLowerCase(), name]))

export function readGroupSelect(select: string | undefined): string[] | undefined {
  return select?.split(',').map((asked) => {
    const known = NAMES.get(asked.trim().toLowerCase())
    if (known === undefined)
      throw badRequest(`Could not find a property named '${asked.trim()}' on type 'microsoft.graph.group'.`)
    return known
  })
}

export function showGroup(group: Group, select: readonly string[] = GROUP_PROPERTIES): Record<string, unknown> {
  const all = group as Readonly<Record<string, unknown>>
  return Object.fromEntries(select.filter((name) => name !== 'members').map((name) => [name, all[name] ?? null]))
}

export const requireGroups = (caller: Caller) =>
  requireAny(caller, 'GroupMember.Read.All', 'Group.Read.All', 'Directory.Read.All')

/** @throws 404 */
export function findGroup({ directory }: Caller, id: string): Group {
  const group = directory.groups.find(id)
  if (!group) throw notFound(id)
  return group
}
