import { z } from 'zod'

export const CHANGE_KINDS = [
  'hire',
  'leave',
  'rename',
  'swap-names',
  'disable',
  'enable',
  'restore',
  'purge',
  'move-group',
] as const
const Kind = z.enum(CHANGE_KINDS)
export type ChangeKind = z.infer<typeof Kind>

/** Changes of a directory, drawn from a seed: the same script on the same directory makes the same changes. */
export const ChangeScript = z.strictObject({
  seed: z.number().int().default(1),
  count: z.number().int().min(1).max(100_000),
  /** Weights of the kinds of change. */
  mix: z.partialRecord(Kind, z.number().min(0)).default({
    hire: 4,
    leave: 3,
    rename: 6,
    'swap-names': 1,
    disable: 2,
    enable: 1,
    restore: 1,
    purge: 1,
    'move-group': 3,
  }),
})
export type ChangeScriptInput = z.input<typeof ChangeScript>

/** One applied change. An impossible kind, such as a restore from an empty recycle bin, becomes a rename or a hire. */
export type PlayedChange = { kind: ChangeKind; userIds: string[]; groupIds?: string[] }
