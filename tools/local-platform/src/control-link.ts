import type { AdminApi } from './admin-api.ts'

/** The command that prints a new link. */
const NEW_CONTROL_LINK = 'npm run jackfield -- control-link'

export type ControlLink = { url: string; expiresAt: Date }

/** Makes a link that opens Control once, for an administrator of the platform unless `wanted` names another scope. */
export async function makeControlLink(
  api: AdminApi,
  controlOrigin: string,
  wanted: { scope?: string; role?: string } = {},
): Promise<ControlLink> {
  const { token, expiresAt } = await api<{ token: string; expiresAt: string }>('POST', '/control-sign-in-links', wanted)
  return { url: `${controlOrigin}/enter#${token}`, expiresAt: new Date(expiresAt) }
}

/** A sentence on how long the link works and how to make a new one. */
export function lifetimeOf({ expiresAt }: ControlLink, now: Date): string {
  const minutes = Math.round((expiresAt.getTime() - now.getTime()) / 60_000)
  const time = expiresAt.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  return `It works once, within ${minutes} minutes (until ${time}). A new one: ${NEW_CONTROL_LINK}`
}
