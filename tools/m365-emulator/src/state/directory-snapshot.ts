import { z } from 'zod'
import { ApplicationSeed } from '../directory/application.ts'
import type { Directories } from '../directory/directories.ts'
import type { Directory } from '../directory/directory.ts'
import { GroupSeed } from '../directory/group.ts'
import { PhotoSeed, readPhoto } from '../directory/photo.ts'
import { DirectorySeed } from '../directory/seed.ts'
import { UserSeed } from '../directory/user.ts'
import { SomeSwitches } from '../switches.ts'

const Principal = z.strictObject({
  id: z.guid(),
  appId: z.guid(),
  enabled: z.boolean(),
  roles: z.array(z.string()),
  grantedAt: z.record(z.string(), z.number()),
  everyUser: z.boolean(),
  assignmentRequired: z.boolean(),
  assignedUsers: z.array(z.string()),
  consentedUsers: z.array(z.string()),
})

/** A directory as it is now. Of a computed population only the users that were changed are listed. */
export const DirectorySnapshot = DirectorySeed.pick({
  id: true,
  displayName: true,
  domains: true,
  allowUserConsent: true,
  nationalCloud: true,
  usersDelta: true,
  conditionalAccess: true,
  population: true,
}).extend({
  users: z.array(
    z.strictObject({
      position: z.number().int().min(0),
      state: z.enum(['live', 'soft-deleted', 'purged']),
      deletedAt: z.string().nullable(),
      sessionsValidAfter: z.number(),
      user: UserSeed,
    }),
  ),
  groups: z.array(GroupSeed),
  /** By user id. */
  photos: z.record(z.string(), PhotoSeed),
  applications: z.array(ApplicationSeed),
  principals: z.array(Principal),
  /** Those that differ from the switches for all. */
  switches: SomeSwitches.prefault({}),
})
export type DirectorySnapshot = z.output<typeof DirectorySnapshot>

export function takeDirectory(directory: Directory): Omit<z.input<typeof DirectorySnapshot>, 'switches'> {
  const { id, displayName, domains, allowUserConsent, nationalCloud, usersDelta, conditionalAccess, population } =
    directory
  return {
    id,
    displayName,
    domains: [...domains],
    allowUserConsent,
    ...(nationalCloud !== undefined && { nationalCloud }),
    usersDelta,
    conditionalAccess: [...conditionalAccess],
    ...(population && { population }),
    users: directory.users.save(),
    groups: directory.groups.save(),
    photos: Object.fromEntries(
      [...directory.photos].map(([userId, { contentType, content, width, height }]) => [
        userId,
        { contentType: contentType as 'image/jpeg', base64: content.toString('base64'), width, height },
      ]),
    ),
    applications: [...directory.applications.values()].map(({ homeDirectoryId: _, ...application }) => application),
    principals: [...directory.principals.values()].map((principal) => ({
      ...principal,
      roles: [...principal.roles],
      grantedAt: Object.fromEntries(principal.grantedAt),
      assignedUsers: [...principal.assignedUsers],
      consentedUsers: [...principal.consentedUsers],
    })),
  }
}

export function addDirectory(directories: Directories, snapshot: DirectorySnapshot): void {
  const { users, groups, photos, applications, principals, switches: _, ...seed } = snapshot
  const directory = directories.add({ ...seed, applications })
  directory.users.load(users)
  directory.groups.load(groups)
  for (const [userId, photo] of Object.entries(photos)) directory.photos.set(userId, readPhoto(photo))
  directory.principals.clear()
  for (const principal of principals)
    directory.principals.set(principal.appId, {
      ...principal,
      roles: new Set(principal.roles),
      grantedAt: new Map(Object.entries(principal.grantedAt)),
      assignedUsers: new Set(principal.assignedUsers),
      consentedUsers: new Set(principal.consentedUsers),
    })
}
