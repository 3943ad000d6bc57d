import { LOGO_MAX_PIXELS } from '@jackfield/contract/tenants/branding'
import { describe, expect, test } from 'vitest'
import { findLogoDefect } from '../../src/domain/logo-image.ts'

const MAX = LOGO_MAX_PIXELS
const bytes = (length: number, ...parts: Array<readonly [at: number, text: string | readonly number[]]>) => {
  const all = new Uint8Array(length)
  for (const [at, part] of parts) all.set(typeof part === 'string' ? new TextEncoder().encode(part) : part, at)
  return all
}
const big = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
const little = (value: number, length: number) =>
  Array.from({ length }, (_, index) => Math.floor(value / 256 ** index) & 255)

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const png = (width: number, height: number) =>
  bytes(45, [0, SIGNATURE], [12, 'IHDR'], [16, big(width)], [20, big(height)])
const webp = (chunk: string, at: number, content: readonly number[]) =>
  bytes(30, [0, 'RIFF'], [8, 'WEBP'], [12, chunk], [at, content])
const IMAGES = {
  'a PNG': png,
  'a lossy WebP': (width: number, height: number) => webp('VP8 ', 26, [...little(width, 2), ...little(height, 2)]),
  'a lossless WebP': (width: number, height: number) => webp('VP8L', 21, little((width - 1) | ((height - 1) << 14), 4)),
  'an extended WebP': (width: number, height: number) =>
    webp('VP8X', 24, [...little(width - 1, 3), ...little(height - 1, 3)]),
}
const typeOf = (kind: string) => (kind === 'a PNG' ? 'image/png' : 'image/webp')

describe.each(Object.entries(IMAGES))('a logo that is %s', (kind, image) => {
  test.each([
    [1, 1, undefined],
    [3, 2, undefined],
    [MAX, 1, undefined],
    [1, MAX, undefined],
    [MAX, MAX, undefined],
    [MAX + 1, 1, 'logo-too-large'],
    [1, MAX + 1, 'logo-too-large'],
    [16_383, 16_383, 'logo-too-large'],
  ])('of %i by %i pixels: %s', (width, height, defect) => {
    const image_ = image(width, height)
    expect(findLogoDefect(image_, typeOf(kind))).toBe(defect)
    // Bytes of an upload may lie anywhere in a larger buffer.
    const within = new Uint8Array(100)
    within.set(image_, 13)
    expect(findLogoDefect(within.subarray(13, 13 + image_.length), typeOf(kind))).toBe(defect)
  })

  test('of another type than it says, or cut short, is not readable', () => {
    expect(findLogoDefect(image(1, 1), kind === 'a PNG' ? 'image/webp' : 'image/png')).toBe('logo-not-readable')
    expect(findLogoDefect(image(1, 1), 'image/svg+xml')).toBe('logo-not-readable')
    expect(findLogoDefect(image(1, 1).subarray(0, -1), typeOf(kind))).toBe('logo-not-readable')
    expect(findLogoDefect(new Uint8Array(0), typeOf(kind))).toBe('logo-not-readable')
  })

  test('with one wrong byte of its marks is not readable', () => {
    const marks = kind === 'a PNG' ? [0, 1, 2, 3, 4, 5, 6, 7, 12, 15] : [0, 3, 8, 11, 12, 15]
    for (const at of marks) {
      const broken = image(1, 1)
      broken[at] = (broken[at] ?? 0) ^ 1
      expect(findLogoDefect(broken, typeOf(kind))).toBe('logo-not-readable')
    }
  })
})

test('a logo without a pixel is not readable', () => {
  for (const [width, height] of [
    [0, 1],
    [1, 0],
  ] as const) {
    expect(findLogoDefect(png(width, height), 'image/png')).toBe('logo-not-readable')
    expect(findLogoDefect(IMAGES['a lossy WebP'](width, height), 'image/webp')).toBe('logo-not-readable')
  }
})

test('of a lossy WebP the scale above the size does not count, nor does what lies beyond it in the others', () => {
  expect(findLogoDefect(webp('VP8 ', 26, [1, 0xc0, 1, 0xc0]), 'image/webp')).toBeUndefined()
  expect(findLogoDefect(webp('VP8L', 21, little(0xf0_00_00_00, 4)), 'image/webp')).toBeUndefined()
  expect(findLogoDefect(webp('VP8X', 20, [255, 255, 255, 255, 0, 0, 0, 0, 0, 0]), 'image/webp')).toBeUndefined()
})

test('a logo of more pixels than 16 bits count is too large', () => {
  expect(findLogoDefect(png(1, 0x1_00_01), 'image/png')).toBe('logo-too-large')
  expect(findLogoDefect(png(0x80_00_00_01, 1), 'image/png')).toBe('logo-too-large')
  expect(findLogoDefect(IMAGES['an extended WebP'](0x1_00_01, 1), 'image/webp')).toBe('logo-too-large')
  expect(findLogoDefect(IMAGES['an extended WebP'](1, 0x1_00_01), 'image/webp')).toBe('logo-too-large')
})

describe('a logo that is an SVG', () => {
  const NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
  const of = (text: string) => findLogoDefect(new TextEncoder().encode(text), 'image/svg+xml')
  test.each([
    `<svg ${NAMESPACE}/>`,
    `<svg\n${NAMESPACE}></svg>`,
    `<s:svg xmlns:s="http://www.w3.org/2000/svg"/>`,
    `\n\t <svg ${NAMESPACE}/>`,
    `<?xml version="1.0"?><svg ${NAMESPACE}/>`,
    `<?xml version="1.0"?>\n<!-- made by hand --> <!-- twice -->\n<svg ${NAMESPACE}/>`,
    `\ufeff<svg ${NAMESPACE}/>`,
    `<svg ${NAMESPACE}><text>season = on; person=1, described</text></svg>`,
    `<svg ${NAMESPACE}><scripted/></svg>`,
  ])('%j is taken', (text) => {
    expect(of(text)).toBeUndefined()
  })

  test.each([
    `<!DOCTYPE svg><svg ${NAMESPACE}/>`,
    `<svg ${NAMESPACE}><!ENTITY x "y"></svg>`,
    `<svg ${NAMESPACE}><script>1</script></svg>`,
    `<svg ${NAMESPACE}><SCRIPT/></svg>`,
    `<svg ${NAMESPACE}><s-v:script/></svg>`,
    `<svg ${NAMESPACE}><foreignObject/></svg>`,
    `<svg ${NAMESPACE}><iframe src="x"/></svg>`,
    `<svg ${NAMESPACE} onload="x()"/>`,
    `<svg ${NAMESPACE}\nonload = "x()"/>`,
    `<svg ${NAMESPACE}><a href="JavaScript:x()"/></svg>`,
  ])('%j is not plain', (text) => {
    expect(of(text)).toBe('logo-not-plain')
  })

  test.each([
    '',
    ' ',
    '<svg/>',
    '<svg xmlns="http://www.w3.org/1999/xhtml"/>',
    `<svgs ${NAMESPACE}/>`,
    `<html><svg ${NAMESPACE}/></html>`,
    `x<svg ${NAMESPACE}/>`,
    `<!-- <svg ${NAMESPACE}/>`,
    `<?xml <svg ${NAMESPACE}/>`,
    `<!-- ?> <svg ${NAMESPACE}/>`,
    `<!-- --> x <svg ${NAMESPACE}/>`,
    `<svg/><!-- ${NAMESPACE} -->`.replace('2000', '1999'),
  ])('%j is not readable', (text) => {
    expect(of(text)).toBe('logo-not-readable')
  })

  test('that is no UTF-8 is not readable', () => {
    const text = new TextEncoder().encode(`<svg ${NAMESPACE}/>`)
    expect(findLogoDefect(new Uint8Array([...text, 0xff]), 'image/svg+xml')).toBe('logo-not-readable')
  })

  test('T-102 is read in one pass, however many comments it begins with', () => {
    const begin = process.cpuUsage()
    expect(of(`${'<!--'.repeat(30_000)}`)).toBe('logo-not-readable')
    expect(of(`${'<!---->'.repeat(18_000)}<svg ${NAMESPACE}/>`)).toBeUndefined()
    expect(process.cpuUsage(begin).user / 1_000).toBeLessThan(500)
  })
})
