import { badRequest } from '../../graph-error.ts'

export type Token =
  | { kind: 'word'; text: string }
  | { kind: 'string'; text: string }
  | { kind: 'number'; text: string }
  | { kind: 'symbol'; text: '(' | ')' | ',' }

const PATTERN =
  /\s*(?:(?<symbol>[(),])|'(?<string>(?:[^']|'')*)'|(?<word>[A-Za-z_$@][\w./$:@-]*)|(?<number>-?\d[\dT:.Z-]*))/y

/** Lexer of OData filters; a quote within a string is doubled. */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = []
  PATTERN.lastIndex = 0
  const text = filter.trimEnd()
  while (PATTERN.lastIndex < text.length) {
    const at = PATTERN.lastIndex
    const groups = PATTERN.exec(text)?.groups
    if (!groups) throw badRequest(`Invalid filter clause: syntax error at position ${at} in '${filter}'.`)
    if (groups.symbol !== undefined) tokens.push({ kind: 'symbol', text: groups.symbol as '(' })
    else if (groups.string !== undefined) tokens.push({ kind: 'string', text: groups.string.replaceAll("''", "'") })
    else if (groups.word !== undefined) tokens.push({ kind: 'word', text: groups.word })
    else tokens.push({ kind: 'number', text: groups.number ?? '' })
  }
  return tokens
}
