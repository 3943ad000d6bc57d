import { z } from 'zod'

/** Query of every list: `?limit=&cursor=`; the cursor is opaque. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(4096).optional(),
})
export type PageQuery = z.infer<typeof PageQuery>

export type Page<Item> = { items: Item[]; nextCursor: string | null }

/** Answer of every list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}
