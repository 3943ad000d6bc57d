/** Opaque cursors of keyset paging: the sort values of the last row shown. */
export function encodeCursor(values: readonly string[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

/** The sort values, or undefined when the text is no cursor of `length` values. */
export function decodeCursor(text: string, length: number): string[] | undefined {
  try {
    const values: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (Array.isArray(values) && values.length === length && values.every((value) => typeof value === 'string')) return values
  } catch {
    return undefined
  }
  return undefined
}
