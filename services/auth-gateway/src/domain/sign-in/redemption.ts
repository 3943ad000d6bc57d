import { z } from 'zod'
import type { PendingLogin } from './pending-login.ts'

const text = (most: number) => z.string().max(most).default('')
const Handle = z.string().min(20).max(64)

/** What the browser got for a code of the platform `spa` (S11). */
export const Redeemed = z.object({ id_token: text(16_384), error: text(200), error_description: text(4_096) })
export type Redeemed = z.infer<typeof Redeemed>
/** The form of the page on which it redeems, which names its login by a handle. */
export const RedeemedForm = Redeemed.extend({ handle: Handle })
export const ByHandle = z.object({ handle: Handle })

/**
 * Origin on which the browser redeems: that of the redirect URI. Entra ID takes any; a stricter provider takes only
 * this one (FC-36).
 */
export function redemptionOrigin({ redirectUri }: PendingLogin): string {
  return new URL(redirectUri).origin
}
