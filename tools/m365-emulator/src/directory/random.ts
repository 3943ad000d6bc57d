/** Random numbers from a seed: the same seed gives the same numbers (Mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Without a seed the order is kept. */
export function shuffled<T>(items: readonly T[], seed: number | null): readonly T[] {
  if (seed === null) return items
  const random = seededRandom(seed)
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/** Picks the item at `share` (0 to 1) of the total weight. */
export function weighted<T>(weights: readonly (readonly [T, number])[], share: number): T {
  let left = share * weights.reduce((sum, [, weight]) => sum + weight, 0)
  const found = weights.find(([, weight]) => {
    left -= weight
    return left < 0
  })
  const [first] = found ?? weights[0] ?? []
  if (first === undefined) throw new Error('At least one weight is needed.')
  return first
}
