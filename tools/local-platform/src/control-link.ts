import type { AdminApi } from './admin-api.ts'

/** What prints another link. */
export const NEW_CONTROL_LINK = 'npm run jackfield -- control-link'

export type ControlLink = { url: string; expiresAt: Date }

/** A link that opens Control once, for an administrator of the platform unless `wanted` says otherwise. */
export async function makeControlLink(
  api: AdminApi,
  controlOrigin: string,
  wanted: { scope?: string; role?: string } = {},
): Promise<ControlLink> {
  const { token, expiresAt } = await api<{ token: string; expiresAt: string }>('POST', '/control-sign-in-links', wanted)
  return { url: `${controlOrigin}/enter#${token}`, expiresAt: new Date(expiresAt) }
}

/** How long a link is good and how a new one is made, as a sentence. */
export function lifetimeOf({ expiresAt }: ControlLink, now: Date): string {
  const minutes = Math.round((expiresAt.getTime() - now.getTime()) / 60_000)
  const time = expiresAt.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  return `It works once, within ${minutes} minutes (until ${time}). A new one: ${NEW_CONTROL_LINK}`
}
