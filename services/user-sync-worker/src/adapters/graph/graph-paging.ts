import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** The query of a nextLink on Graph's own origin and the expected path; undefined for any other link. */
export function queryOfNextLink(nextLink: string, graphOrigin: string, path: RegExp): string | undefined {
  if (!URL.canParse(nextLink)) return undefined
  const url = new URL(nextLink)
  return url.origin === graphOrigin && path.test(url.pathname) && !url.username && !url.password
    ? url.search.slice(1)
    : undefined
}

export type SignedCursors = {
  wrap(query: string, purpose: string): string
  /** Undefined unless this service made the cursor for that purpose. */
  unwrap(cursor: string, purpose: string): string | undefined
}

const MAC_BYTES = 16

/** Cursors that carry Graph's paging link, signed, so that a caller cannot make us request another one. */
export function signedCursors(key: Buffer): SignedCursors {
  const macKey = Buffer.from(hkdfSync('sha256', key, '', 'microsoft-users cursor', 32))
  const mac = (query: string, purpose: string) =>
    createHmac('sha256', macKey)
      .update(JSON.stringify([purpose, query]))
      .digest()
      .subarray(0, MAC_BYTES)
  return {
    wrap: (query, purpose) => Buffer.concat([mac(query, purpose), Buffer.from(query)]).toString('base64url'),
    unwrap(cursor, purpose) {
      const bytes = Buffer.from(cursor, 'base64url')
      if (bytes.length <= MAC_BYTES) return undefined
      const query = bytes.subarray(MAC_BYTES).toString()
      return timingSafeEqual(bytes.subarray(0, MAC_BYTES), mac(query, purpose)) ? query : undefined
    },
  }
}
