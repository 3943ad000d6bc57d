import { z } from 'zod'

// Tokens are opaque to clients by contract. They hold the position to continue from and the emulator's run.

const ListToken = z.object({
  run: z.string(),
  kind: z.literal('list'),
  position: z.number().int(),
  /** In a sorted listing: the key of the last item returned. */
  after: z.object({ value: z.string(), id: z.string() }).nullable(),
  query: z.string(),
  /** Number of earlier pages. */
  page: z.number().int(),
})
export type ListToken = z.infer<typeof ListToken>

const DeltaToken = z.object({
  run: z.string(),
  resource: z.enum(['users', 'groups']),
  kind: z.enum(['snapshot', 'changes']),
  /** In a snapshot the next object, in changes the next entry of the change log. */
  position: z.number().int(),
  /** For a group whose members do not fit on one page: the number already returned. */
  member: z.number().int(),
  /** Position in the change log where the round ends, or where the next one begins. */
  until: z.number().int(),
  select: z.array(z.string()).nullable(),
  ids: z.array(z.string()).nullable(),
  generation: z.number().int(),
  issuedAt: z.number(),
  page: z.number().int(),
})
export type DeltaToken = z.infer<typeof DeltaToken>

export const writeToken = (token: ListToken | DeltaToken) => Buffer.from(JSON.stringify(token)).toString('base64url')

export const readListToken = (text: string) => read(ListToken, text)
export const readDeltaToken = (text: string) => read(DeltaToken, text)

/** Whether the page is left empty on purpose: clients must follow its nextLink all the same. */
export const isLeftEmpty = (page: number, every: number) => every > 0 && page % every === every - 1

function read<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString())).data
  } catch {
    return undefined
  }
}
