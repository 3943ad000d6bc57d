import { createHash } from 'node:crypto'

const PEOPLE = '"value":['
const DIGEST_BYTES = 16
/** What stands before the people is a link or two. */
const LONGEST_HEAD = 64 * 1024

type Members = Record<string, unknown>
export type PageBytes = {
  /** What stands before the people, and the digest of all that comes then; undefined when the page is not written like that. */
  head: { members: Members; digest: string } | undefined
  /** All of its members, and whether the people are the last of them. Throws a SyntaxError for what is not JSON. */
  parse(): { members: Members; endsWithPeople: boolean }
  /** Gives the memory of the pieces back at once. There is nothing to be parsed any more. */
  free(): void
}

/**
 * A page of a listing as Graph writes it, `{"@odata.context":…,"@odata.nextLink":…,"value":[…]}`, in the pieces in which it came: most are
 * only hashed, so that they need not be put together. The digest is 128 bits of SHA-256 as hex, over `asked` and the bytes from the first
 * `"value":[` on: where the listing goes on does not matter to it. That the head can be parsed with an empty list in its place says that
 * the list is a member of the page itself: no text holds a quote that is not escaped, and nothing else is closed by one bracket and one
 * brace.
 */
export function pageBytes(pieces: readonly Uint8Array<ArrayBuffer>[], asked: string): PageBytes {
  const { first, others } = joinedToHead(pieces.map((piece) => Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)))
  const at = first.indexOf(PEOPLE)
  const members = at < 0 ? undefined : parseHead(`${first.toString('utf8', 0, at)}${PEOPLE}]}`)
  return {
    head: members && { members, digest: digestOf(asked, [first.subarray(at), ...others]) },
    parse() {
      const all = Buffer.concat([first, ...others])
      if (!members) return { members: JSON.parse(new TextDecoder().decode(all)), endsWithPeople: false }
      const rest: Members = JSON.parse(`{${all.toString('utf8', at)}`)
      return { members: { ...members, ...rest }, endsWithPeople: Object.keys(rest).length === 1 }
    },
    free() {
      // A piece of a body has its memory for itself (Streams, ReadableByteStreamControllerEnqueue); a part of a larger one is left alone.
      for (const { buffer, byteLength } of pieces) if (buffer.byteLength === byteLength) buffer.transfer(0)
    },
  }
}

/** So many of the first pieces as hold the beginning of the people are one. */
function joinedToHead(pieces: readonly Buffer[]): { first: Buffer; others: Buffer[] } {
  let [first = Buffer.alloc(0), ...others] = pieces
  while (others.length > 0 && first.length < LONGEST_HEAD && !first.includes(PEOPLE)) {
    first = Buffer.concat([first, ...others.splice(0, 1)])
  }
  return { first, others }
}

function digestOf(asked: string, pieces: readonly Buffer[]): string {
  const hash = createHash('sha256').update(asked).update('\0')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex').slice(0, 2 * DIGEST_BYTES)
}

function parseHead(text: string): Members | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
