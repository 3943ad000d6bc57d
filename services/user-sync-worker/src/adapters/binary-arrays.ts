// Arrays as Postgres receives them in binary (`array_recv` in its arrayfuncs.c): dimensions, whether there are nulls, the element's type,
// size and lower bound; then each element after its length. Made for whole pages of people: neither side quotes, unquotes or parses text.

const HEADER_BYTES = 20
const NULL_LENGTH = -1
const TYPE = { boolean: 16, bytea: 17, text: 25, uuid: 2950 }

/** Grows to the largest page; what is made in it is copied out before anybody else writes. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024)

function begin(type: number, size: number, bytes: number, hasNull: boolean): void {
  if (scratch.length < HEADER_BYTES + bytes) scratch = Buffer.allocUnsafeSlow(2 * (HEADER_BYTES + bytes))
  scratch.writeInt32BE(1, 0)
  scratch.writeInt32BE(hasNull ? 1 : 0, 4)
  scratch.writeInt32BE(type, 8)
  scratch.writeInt32BE(size, 12)
  scratch.writeInt32BE(1, 16)
}

const emptyOf = (type: number) => {
  const empty = Buffer.alloc(12)
  empty.writeInt32BE(type, 8)
  return empty
}

export function textArray(values: readonly (string | null)[]): Buffer {
  if (values.length === 0) return emptyOf(TYPE.text)
  let most = 4 * values.length
  let hasNull = false
  for (const value of values) {
    if (value === null) hasNull = true
    else most += 3 * value.length // a UTF-16 code unit is at most three bytes of UTF-8
  }
  begin(TYPE.text, values.length, most, hasNull)
  let at = HEADER_BYTES
  for (const value of values) {
    const length = value === null ? NULL_LENGTH : scratch.write(value, at + 4)
    scratch.writeInt32BE(length, at)
    at += 4 + Math.max(0, length)
  }
  return Buffer.from(scratch.subarray(0, at))
}

export function booleanArray(values: readonly boolean[]): Buffer {
  return fixedArray(TYPE.boolean, 1, Buffer.from(values.map(Number)))
}

export function uuidArray(values: readonly string[]): Buffer {
  return fixedArray(TYPE.uuid, 16, Buffer.from(values.join('').replaceAll('-', ''), 'hex'))
}

/** Of so many bytes each, given as hex. */
export function byteaArray(values: readonly string[], bytes: number): Buffer {
  return fixedArray(TYPE.bytea, bytes, Buffer.from(values.join(''), 'hex'))
}

/** Of UUIDs given as bytes, one after the other. */
export function uuidBytesArray(content: Buffer): Buffer {
  return fixedArray(TYPE.uuid, 16, content)
}

function fixedArray(type: number, width: number, content: Buffer): Buffer {
  const size = content.length / width
  if (size === 0) return emptyOf(type)
  begin(type, size, size * (4 + width), false)
  let at = HEADER_BYTES
  for (let from = 0; from < content.length; from += width) {
    scratch.writeInt32BE(width, at)
    content.copy(scratch, at + 4, from, from + width)
    at += 4 + width
  }
  return Buffer.from(scratch.subarray(0, at))
}
