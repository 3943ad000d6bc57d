/** Colours are `#rrggbb` in lower case throughout. */
type Surface = { card: string; ground: string; ink: string; quiet: string; line: string; shade: string }

/**
 * What the sign-in pages lie on, by colour scheme. `shade` is what a colour is mixed with until it can be read there.
 */
export const SURFACES = {
  light: { card: '#ffffff', ground: '#eef1f4', ink: '#1a2330', quiet: '#546070', line: '#d5dbe2', shade: '#000000' },
  dark: { card: '#1a212a', ground: '#11161c', ink: '#e8edf2', quiet: '#9fabb8', line: '#35404c', shade: '#ffffff' },
} as const satisfies Record<string, Surface>
export type Scheme = keyof typeof SURFACES

/** WCAG 2.2, 1.4.3: the least contrast of text. */
export const READABLE = 4.5

export type AccentColours = {
  /** Of buttons, as the tenant chose it. */
  fill: string
  /** Text on it. */
  onFill: string
  /** The accent as text, border and focus ring: the tenant's colour, darker or lighter as far as it takes. */
  ink: string
}

/** Whatever the accent is, text on it and text in it can be read in this scheme. */
export function accentColours(accent: string, scheme: Scheme): AccentColours {
  const { card, ground, shade } = SURFACES[scheme]
  const isReadable = (colour: string) => contrast(colour, card) >= READABLE && contrast(colour, ground) >= READABLE
  const steps = Array.from({ length: 21 }, (_, step) => mix(accent, shade, step / 20))
  // One of black and white always has at least 4.58.
  return {
    fill: accent,
    onFill: contrast(accent, '#ffffff') >= READABLE ? '#ffffff' : '#000000',
    ink: steps.find(isReadable) ?? shade,
  }
}

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

/** WCAG 2.2, "relative luminance". */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((channel) => {
    const share = channel / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function mix(colour: string, shade: string, part: number): string {
  const into = channels(shade)
  const mixed = channels(colour).map((channel, index) => Math.round(channel + ((into[index] ?? 0) - channel) * part))
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))
}
