export type GraphPermission = { name: string; kind: 'application' | 'delegated'; text: string; needsAdmin: boolean }

const application = (name: string, text: string): GraphPermission => ({
  name,
  kind: 'application',
  text,
  needsAdmin: true,
})
const delegated = (name: string, text: string, needsAdmin = false): GraphPermission => ({
  name,
  kind: 'delegated',
  text,
  needsAdmin,
})

/**
 * Permissions of Microsoft Graph that the practice pages offer. One name may be two permissions: for the app itself,
 * and for a signed-in user.
 */
export const GRAPH_PERMISSIONS: readonly GraphPermission[] = [
  application('User.Read.All', "Read all users' full profiles"),
  application('User.ReadBasic.All', "Read all users' basic profiles"),
  application('GroupMember.Read.All', 'Read all group memberships'),
  application('Group.Read.All', 'Read all groups'),
  application('Directory.Read.All', 'Read directory data'),
  application('AuditLog.Read.All', 'Read all audit log data'),
  delegated('User.Read', 'Sign in and read user profile'),
  delegated('User.ReadBasic.All', "Read all users' basic profiles"),
  delegated('User.Read.All', "Read all users' full profiles", true),
  delegated('Calendars.Read', 'Read user calendars'),
  delegated('openid', 'Sign users in'),
  delegated('profile', "View users' basic profile"),
  delegated('email', "View users' email address"),
  delegated('offline_access', 'Maintain access to data you have given it access to'),
]
