import { z } from 'zod'
import { PopulationSeed } from '../population/population-seed.ts'
import { ApplicationSeed } from './application.ts'
import { PolicySeed } from './conditional-access.ts'
import { GroupSeed } from './group.ts'
import { GrantSeed } from './service-principal.ts'
import { UserSeed } from './user.ts'

/** The initial content of a directory; also an entry of the configuration file. */
export const DirectorySeed = z.strictObject({
  id: z.guid().toLowerCase(),
  displayName: z.string().min(1),
  /** Verified domains; the first is the default one. */
  domains: z.array(z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i)).min(1),
  /** Whether users may consent for themselves to permissions that need no administrator. */
  allowUserConsent: z.boolean().default(true),
  /** The directory is in another cloud: here it is discovered, and refused otherwise (AADSTS90038, 900382, 700023). */
  nationalCloud: z.string().min(1).optional(),
  /** Whether the directory tells changes of users; directories for customers (Azure AD B2C) do not. */
  usersDelta: z.boolean().default(true),
  conditionalAccess: z.array(PolicySeed).default([]),
  /** Computed users, placed before the listed ones. */
  population: PopulationSeed.optional(),
  users: z.array(UserSeed).default([]),
  groups: z.array(GroupSeed).default([]),
  applications: z.array(ApplicationSeed).default([]),
  grants: z.array(GrantSeed).default([]),
})
export type DirectorySeed = z.output<typeof DirectorySeed>
export type DirectorySeedInput = z.input<typeof DirectorySeed>
