import { createHash } from 'node:crypto'
import { z } from 'zod'

/** A stored photo. Every requested size returns the same bytes. */
export const PhotoSeed = z.strictObject({
  contentType: z.enum(['image/jpeg', 'image/png']).default('image/jpeg'),
  base64: z.base64().min(1),
  width: z.number().int().min(1).max(648).default(648),
  height: z.number().int().min(1).max(648).default(648),
})
export type PhotoSeed = z.input<typeof PhotoSeed>
export type Photo = { contentType: string; content: Buffer; width: number; height: number; etag: string }

export function readPhoto(seed: PhotoSeed): Photo {
  const { base64, ...photo } = PhotoSeed.parse(seed)
  const content = Buffer.from(base64, 'base64')
  return { ...photo, content, etag: `W/"${createHash('sha256').update(content).digest('hex')}"` }
}
