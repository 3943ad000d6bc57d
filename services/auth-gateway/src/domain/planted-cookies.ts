const PREFIX = '__Host-'

/**
 * Drops `__Host-` cookies that arrive more than once: a browser keeps one of each, so a sibling host has planted some,
 * and the genuine one cannot be told (RFC 6265bis 4.1.3.2).
 */
export function withoutPlantedCookies(header: string): string {
  const pairs = header.split(';').map((pair) => pair.trim())
  const names = pairs.filter((pair) => pair.startsWith(PREFIX)).map(nameOf)
  if (new Set(names).size === names.length) return header
  const planted = new Set(names.filter((name, at) => names.indexOf(name) !== at))
  return pairs.filter((pair) => !planted.has(nameOf(pair))).join('; ')
}

function nameOf(pair: string): string {
  return pair.split('=')[0]?.trim() ?? ''
}
