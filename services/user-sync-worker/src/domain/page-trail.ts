/** The page links of a phase so far, in constant space: how many were followed, and the digest of one of them. */
export type Trail = { links: number; anchor: string }

/**
 * The trail after one more link; undefined when a link repeats (T-125). Brent's cycle detection: each link is compared
 * with an anchor, which is replaced at every power of two, so that a cycle of n pages is found within about 3n links.
 */
export function trailAfter(trail: Trail | undefined, digest: string): Trail | undefined {
  const { links, anchor } = trail ?? { links: 0, anchor: '' }
  if (digest === anchor) return undefined
  const following = links + 1
  const isPowerOfTwo = (following & links) === 0
  return { links: following, anchor: isPowerOfTwo ? digest : anchor }
}

/** The directory's count lags behind. */
const SPARE_ENTRIES = 2_000
/** Of 999 requested; nearly empty pages are rare in a listing. */
const FEWEST_ON_A_PAGE = 10
export const SPARE_PAGES = 500
/** For a directory that gives no count. */
const LARGEST_DIRECTORY = 10_000_000

/**
 * Whether a list goes on far beyond the directory's count although no link repeats (T-125). `seen` may exclude people
 * outside of an import's filter.
 */
export function isEndless({ seen, links, counted }: { seen: number; links: number; counted: number | null }): boolean {
  const size = counted ?? LARGEST_DIRECTORY
  return links > size / FEWEST_ON_A_PAGE + SPARE_PAGES || seen > 2 * size + SPARE_ENTRIES
}
