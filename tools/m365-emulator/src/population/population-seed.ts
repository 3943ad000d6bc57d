import { z } from 'zod'
import { LOCALE_NAMES } from './names.ts'

const share = z.number().min(0).max(1)

/** The composition of a computed directory. The same values give the same people. */
export const PopulationSeed = z.strictObject({
  size: z.number().int().min(0).max(10_000_000),
  seed: z.number().int().default(1),
  /** Weights of the locales. */
  locales: z
    .partialRecord(z.enum(LOCALE_NAMES), z.number().min(0))
    .default({ 'en-US': 4, 'de-DE': 3, 'fr-FR': 1, 'es-ES': 1, 'pl-PL': 1, 'ja-JP': 1 }),
  guests: share.default(0.05),
  disabled: share.default(0.03),
  /** Room and shared mailboxes: users without a given name and without a phone. */
  rooms: share.default(0.02),
  /** Share of the members from before `userType` existed. */
  emptyUserType: share.default(0.01),
  /** Share of people whose display name another person has, too. */
  duplicateNames: share.default(0.02),
  /** Share of phone numbers not written as +E.164 with blanks. */
  oddPhones: share.default(0.4),
  /** Share of people without a phone. */
  noPhone: share.default(0.2),
})
export type PopulationSeed = z.output<typeof PopulationSeed>
