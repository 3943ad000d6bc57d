import { createHash } from 'node:crypto'

/**
 * Object ids that encode the position: the first 32 bits are the position, permuted by the seed; the rest is derived
 * from it. A user is found by id without a table of a million ids.
 */
export function objectIds(seed: number, size: number) {
  const key = createHash('sha256').update(`object ids ${seed}`).digest()
  const [odd, mask] = [key.readUInt32BE(0) | 1, key.readUInt32BE(4)]
  const inverse = invert(odd)
  const words = [8, 12, 16].map((offset) => key.readUInt32BE(offset))

  const idAt = (position: number): string => {
    const first = hex(scramble(position, odd, mask))
    const [a, b, c] = words.map((word) => hex(mix(position ^ word))) as [string, string, string]
    const variant = '89ab'[Number.parseInt(b[0] ?? '0', 16) & 3]
    return `${first}-${a.slice(0, 4)}-4${a.slice(4, 7)}-${variant}${b.slice(1, 4)}-${b.slice(4)}${c}`
  }
  return {
    idAt,
    positionOf(id: string): number | undefined {
      if (!/^[0-9a-f]{8}-/.test(id)) return undefined
      const position = unscramble(Number.parseInt(id.slice(0, 8), 16), inverse, mask)
      return position < size && idAt(position) === id ? position : undefined
    },
  }
}

const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0')

const fold = (word: number) => (word ^ (word >>> 16)) >>> 0
const scramble = (position: number, odd: number, mask: number) => fold(Math.imul(fold(position ^ mask), odd) >>> 0)
const unscramble = (word: number, inverse: number, mask: number) =>
  (fold(Math.imul(fold(word), inverse) >>> 0) ^ mask) >>> 0

/** Inverse of an odd number modulo 2^32 (Newton). */
function invert(odd: number): number {
  let inverse = odd
  for (let step = 0; step < 5; step++) inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse))
  return inverse >>> 0
}

/** The finaliser of MurmurHash3. */
export function mix(word: number): number {
  let mixed = word
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
