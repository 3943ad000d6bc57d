import { z } from 'zod'
import { Id } from '../http/identifier.ts'
import { ExtensionHolder, ExtensionNumber } from './phone-user.ts'

/**
 * `attribute`: the last digits of a phone number (of the extension it names, if it names one), of the employee id, or
 * of the mail's local part. `next-free`: the first free number of a range.
 */
export const BindingRule = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('attribute'),
    phoneSystemId: Id,
    attribute: z.enum(['businessPhone', 'mobilePhone', 'mail', 'employeeId']),
    digits: z.int().min(2).max(15).meta({ description: 'How many of its last digits are the extension' }),
  }),
  z
    .strictObject({
      kind: z.literal('next-free'),
      phoneSystemId: Id,
      from: z.int().min(0),
      to: z.int().max(999_999_999),
    })
    .refine(({ from, to }) => from <= to && to - from < 100_000, 'must be a range of at most 100,000 numbers'),
])
export type BindingRule = z.infer<typeof BindingRule>

/** In order of precedence: the first source that has an extension for a person proposes it. */
export const BindingRules = z.strictObject({ items: z.array(BindingRule).max(50) })
export type BindingRules = z.infer<typeof BindingRules>

export const BindingSuggestion = z.object({
  userId: Id,
  displayName: z.string(),
  extension: ExtensionNumber,
  score: z.number().min(0).max(1),
  reason: z.enum(['rule', 'business-phone', 'mobile-phone', 'employee-id', 'mail', 'name', 'former', 'next-free']),
})
export type BindingSuggestion = z.infer<typeof BindingSuggestion>

/** An extension that fits a person but is held, or fits several people equally well. */
export const BindingConflict = z.object({
  extension: ExtensionNumber,
  kind: z.enum(['taken', 'several-people']),
  users: z.array(ExtensionHolder.omit({ hold: true })),
  holder: ExtensionHolder.nullable(),
})
export type BindingConflict = z.infer<typeof BindingConflict>

export const BindingSuggestionQuery = z.strictObject({ phoneSystemId: Id })
export const BindingSuggestions = z.object({
  items: z.array(BindingSuggestion),
  conflicts: z.array(BindingConflict),
  isPartial: z
    .boolean()
    .meta({ description: 'More people are unbound than are looked at once: accept these, then ask again' }),
})

/** A suggestion may be sent back whole, as it was listed; only who and which extension count. */
const AcceptedSuggestion = z
  .strictObject(BindingSuggestion.shape)
  .partial({ displayName: true, score: true, reason: true })
export const AcceptedSuggestions = z.strictObject({
  phoneSystemId: Id,
  items: z.array(AcceptedSuggestion).min(1).max(1_000),
})
export const AcceptedBindings = z.object({
  bound: z.int().min(0),
  refused: z.array(
    z.object({ userId: Id, extension: z.string(), code: z.string(), holder: ExtensionHolder.nullable() }),
  ),
})
