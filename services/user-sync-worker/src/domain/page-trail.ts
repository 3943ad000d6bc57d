/** The pages of a phase so far, in the room of one: how many links were followed, and the digest of one of them. */
export type Trail = { links: number; anchor: string }

/**
 * The trail after one more link, by Brent's way to find a cycle: the links are compared with one of those before, which
 * is replaced at the first, second, fourth, eighth, ... Undefined when a link comes again (T-125): a circle of n pages
 * is noticed within three rounds or so.
 */
export function trailAfter(trail: Trail | undefined, digest: string): Trail | undefined {
  const { links, anchor } = trail ?? { links: 0, anchor: '' }
  if (digest === anchor) return undefined
  const following = links + 1
  const isPowerOfTwo = (following & links) === 0
  return { links: following, anchor: isPowerOfTwo ? digest : anchor }
}

/** The directory's count is late by some. */
const SPARE_ENTRIES = 2_000
/** Of the 999 that are asked for; a page without anybody is rare in a listing. */
const FEWEST_ON_A_PAGE = 10
const SPARE_PAGES = 500
/** For a directory that does not tell its size. */
const LARGEST_DIRECTORY = 10_000_000

/**
 * Whether a listing goes on far beyond what the directory counted, although each of its links is another (T-125).
 * `seen` may leave out people whom an import's filter does not want.
 */
export function isEndless({ seen, links, counted }: { seen: number; links: number; counted: number | null }): boolean {
  const size = counted ?? LARGEST_DIRECTORY
  return links > size / FEWEST_ON_A_PAGE + SPARE_PAGES || seen > 2 * size + SPARE_ENTRIES
}
