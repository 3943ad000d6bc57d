type Claims = Readonly<Record<string, unknown>>

/**
 * The person's extensions as shown: `101`, or with the phone system's name where there are several. The gateway's
 * `extensions` are numbers, `phone_systems` their systems' names in the same order; an object `{extension,
 * phoneSystem}` is read too.
 */
export function extensionsOf(claims: Claims): string[] {
  const numbers = listOf(claims.extensions)
  const systems = listOf(claims.phone_systems)
  const known = numbers.flatMap((entry, index) => {
    const number = textOf(entry, 'extension')
    return number ? [{ number, system: textOf(entry, 'phoneSystem', '') || textOf(systems[index], 'name') }] : []
  })
  return known.map(({ number, system }) => (known.length > 1 && system ? `${number} (${system})` : number))
}

function listOf(claim: unknown): unknown[] {
  return Array.isArray(claim) ? claim : []
}

function textOf(entry: unknown, member: string, plain?: string): string {
  if (typeof entry === 'string') return plain ?? entry
  const value = entry && typeof entry === 'object' ? (entry as Record<string, unknown>)[member] : undefined
  return typeof value === 'string' ? value : ''
}
