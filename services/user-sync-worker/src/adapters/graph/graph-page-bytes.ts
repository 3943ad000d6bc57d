import { createHash } from 'node:crypto'

const PEOPLE = '"value":['
const DIGEST_BYTES = 16
/** What stands before the people is a link or two. */
const LONGEST_HEAD = 64 * 1024

type Members = Record<string, unknown>
export type PageBytes = {
  /**
   * What stands before the people, and the digest of all that comes then; undefined when the page is not written like
   * that.
   */
  head: { members: Members; digest: string } | undefined
  /** All of its members, and whether the people are the last of them. Throws a SyntaxError for what is not JSON. */
  parse(): { members: Members; endsWithPeople: boolean }
}

/**
 * A page of a listing as Graph writes it, `{"@odata.context":…,"@odata.nextLink":…,"value":[…]}`. The digest is 128
 * bits of SHA-256 as hex, over `asked` and the bytes from the first `"value":[` on: where the listing goes on does not
 * matter to it. That the head can be parsed with an empty list in its place says that the list is a member of the page
 * itself: no text holds a quote that is not escaped, and nothing else is closed by one bracket and one brace.
 */
export function pageBytes(bytes: Buffer, asked: string): PageBytes {
  const at = bytes.subarray(0, LONGEST_HEAD).indexOf(PEOPLE)
  const members = at < 0 ? undefined : parseHead(`${bytes.toString('utf8', 0, at)}${PEOPLE}]}`)
  return {
    head: members && { members, digest: digestOf(asked, bytes.subarray(at)) },
    parse() {
      if (!members) return { members: JSON.parse(new TextDecoder().decode(bytes)), endsWithPeople: false }
      const rest: Members = JSON.parse(`{${bytes.toString('utf8', at)}`)
      return { members: { ...members, ...rest }, endsWithPeople: Object.keys(rest).length === 1 }
    },
  }
}

function digestOf(asked: string, bytes: Buffer): string {
  return createHash('sha256')
    .update(asked)
    .update('\0')
    .update(bytes)
    .digest('hex')
    .slice(0, 2 * DIGEST_BYTES)
}

function parseHead(text: string): Members | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
