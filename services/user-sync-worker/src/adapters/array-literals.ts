// Arrays in Postgres' own text form (PostgreSQL documentation, 8.15.2): written for whole pages of people, several times faster than the
// driver does it for arrays of anything.

/** Of values that need no quoting: UUIDs, numbers, booleans. */
export function plainArray(values: readonly (string | number | boolean)[]): string {
  return `{${values.join(',')}}`
}

export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : quoted(value))).join(',')}}`
}

/** Of bytes given as hex. */
export function byteaArray(values: readonly string[]): string {
  return values.length === 0 ? '{}' : `{"\\\\x${values.join('","\\\\x')}"}`
}

const SPECIAL = /["\\]/
function quoted(value: string): string {
  return `"${SPECIAL.test(value) ? value.replaceAll(/["\\]/g, '\\$&') : value}"`
}
