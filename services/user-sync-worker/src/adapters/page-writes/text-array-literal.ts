const SPECIAL = /["\\]/

/** An array of texts in Postgres' own text form (PostgreSQL documentation, 8.15.2), for a list within a row of an array. */
export function textArrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${SPECIAL.test(value) ? value.replaceAll(/["\\]/g, '\\$&') : value}"`).join(',')}}`
}
