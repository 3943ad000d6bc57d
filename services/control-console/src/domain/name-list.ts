const NAMED = 5

/** `Adele Vance, Alex Wilber and 12 more`. `total` may exceed the known names. */
export function nameList(names: readonly string[], total = names.length): string {
  const named = names.slice(0, total <= NAMED + 1 ? NAMED + 1 : NAMED)
  const others = total - named.length
  if (others > 0) return `${named.join(', ')} and ${others.toLocaleString('en')} more`
  const last = named.at(-1) ?? ''
  return named.length < 2 ? last : `${named.slice(0, -1).join(', ')} and ${last}`
}

/** `1 person`, `1,200 people`. */
export function people(count: number): string {
  return count === 1 ? '1 person' : `${count.toLocaleString('en')} people`
}
