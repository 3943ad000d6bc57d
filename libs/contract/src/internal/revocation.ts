import { z } from 'zod'
import { Id, Timestamp } from '../http/identifier.ts'

/** Sessions and refresh tokens of a person from before `validAfter` are worth nothing (S45). */
export const Revocation = z.object({ tenantId: Id, userId: Id, validAfter: Timestamp })
export type Revocation = z.infer<typeof Revocation>

/**
 * user-sync-worker `POST /internal/revocations/claims`: the oldest that are due, each handed to one caller for half a
 * minute.
 */
export const RevocationClaim = z.object({ limit: z.int().min(1).max(500) })
export const Revocations = z.object({ items: z.array(Revocation).max(500) })
