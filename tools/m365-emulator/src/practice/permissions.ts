/** What the practice pages offer of Microsoft Graph: as application permission and as delegated one. */
export const OFFERED_PERMISSIONS = {
  application: [
    'User.Read.All',
    'User.ReadBasic.All',
    'GroupMember.Read.All',
    'Group.Read.All',
    'Directory.Read.All',
    'User.ReadWrite.All',
  ],
  delegated: ['User.Read', 'User.ReadBasic.All', 'User.Read.All', 'openid', 'profile', 'email', 'offline_access'],
} as const

export type PermissionType = keyof typeof OFFERED_PERMISSIONS

export const isOffered = (type: PermissionType, name: string): boolean => (OFFERED_PERMISSIONS[type] as readonly string[]).includes(name)
