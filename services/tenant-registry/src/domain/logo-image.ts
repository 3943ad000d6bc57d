import { LOGO_MAX_PIXELS, type LogoType } from '@jackfield/contract/tenants/branding'

export type LogoDefect = 'logo-not-readable' | 'logo-too-large' | 'logo-not-plain'

/**
 * What is wrong with an image as a logo. Its pixel size counts too: a few bytes can expand to an image that stops a
 * browser.
 */
export function findLogoDefect(bytes: Uint8Array, mediaType: LogoType): LogoDefect | undefined {
  if (mediaType === 'image/svg+xml') return findSvgDefect(bytes)
  const size = mediaType === 'image/png' ? sizeOfPng(bytes) : sizeOfWebp(bytes)
  if (!size || size.some((side) => side < 1)) return 'logo-not-readable'
  return size.some((side) => side > LOGO_MAX_PIXELS) ? 'logo-too-large' : undefined
}

/**
 * Pages show a logo as an image, in which no script runs, and its address forbids all else. So this is no security
 * filter: it tells an admin early that the upload will not work.
 */
function findSvgDefect(bytes: Uint8Array): LogoDefect | undefined {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return 'logo-not-readable'
  }
  if (/<!(?:DOCTYPE|ENTITY)|<(?:[\w-]+:)?(?:script|foreignObject|iframe)\b|\son\w+\s*=|javascript:/i.test(text))
    return 'logo-not-plain'
  const root = rootOf(text)
  return /^<(?:[\w-]+:)?svg[\s>]/.test(root) && root.includes('http://www.w3.org/2000/svg')
    ? undefined
    : 'logo-not-readable'
}

/** The document from its root element on, without declaration, comments and blanks; one pass. */
function rootOf(text: string): string {
  let at = 0
  for (;;) {
    while (/\s/.test(text.charAt(at))) at += 1
    const mark = text.startsWith('<?', at) ? '?>' : text.startsWith('<!--', at) ? '-->' : undefined
    if (!mark) return text.slice(at)
    const end = text.indexOf(mark, at)
    if (end < 0) return ''
    at = end + mark.length
  }
}

type Size = readonly [width: number, height: number]

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** PNG third edition, 5.2 and 11.2.1. */
function sizeOfPng(bytes: Uint8Array): Size | undefined {
  if (bytes.length < 45 || !PNG.every((byte, index) => bytes[index] === byte) || ascii(bytes, 12, 4) !== 'IHDR')
    return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return [view.getUint32(16), view.getUint32(20)]
}

/** RFC 9649 2.5 to 2.7: lossy, lossless, extended. */
function sizeOfWebp(bytes: Uint8Array): Size | undefined {
  if (bytes.length < 30 || ascii(bytes, 0, 4) !== 'RIFF' || ascii(bytes, 8, 4) !== 'WEBP') return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  switch (ascii(bytes, 12, 4)) {
    case 'VP8 ':
      return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff]
    case 'VP8L': {
      const packed = view.getUint32(21, true)
      return [(packed & 0x3fff) + 1, ((packed >>> 14) & 0x3fff) + 1]
    }
    case 'VP8X':
      return [(view.getUint32(24, true) & 0xffffff) + 1, (view.getUint32(26, true) >>> 8) + 1]
    default:
      return undefined
  }
}

const ascii = (bytes: Uint8Array, at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length))
