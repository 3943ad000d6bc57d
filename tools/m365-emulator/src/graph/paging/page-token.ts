import { z } from 'zod'

// Tokens are opaque to clients by contract. Inside: where to go on, and in which run of the emulator that makes sense.

const ListToken = z.object({
  run: z.string(),
  kind: z.literal('list'),
  position: z.number().int(),
  /** In a sorted listing the last one told. */
  after: z.object({ value: z.string(), id: z.string() }).nullable(),
  query: z.string(),
  /** Pages that came before this one. */
  page: z.number().int(),
})
export type ListToken = z.infer<typeof ListToken>

const DeltaToken = z.object({
  run: z.string(),
  resource: z.enum(['users', 'groups']),
  kind: z.enum(['snapshot', 'changes']),
  /** In a snapshot the next object, in changes the next entry of the change log. */
  position: z.number().int(),
  /** Of a group whose members do not fit on one page: those told already. */
  member: z.number().int(),
  /** Where the round ends in the change log, or where the following one begins. */
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

/** Whether a page is left empty on purpose: clients must go on to the nextLink all the same. */
export const isLeftEmpty = (page: number, every: number) => every > 0 && page % every === every - 1

function read<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString())).data
  } catch {
    return undefined
  }
}
