type Claims = Readonly<Record<string, unknown>>

/**
 * The person's extensions as text: `101`, or with the phone system's name if there are several. The gateway's
 * `extensions` are numbers, `phone_systems` the names of their systems in the same order; objects `{extension,
 * phoneSystem}` are accepted, too.
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
