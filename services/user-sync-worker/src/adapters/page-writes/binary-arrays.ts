// Arrays as Postgres receives them in binary (`array_recv` in its arrayfuncs.c): dimensions, whether there are nulls, the element's type,
// size and lower bound; then each element after its length. Made for whole pages of people: neither side quotes, unquotes or parses text.

const HEADER_BYTES = 20
const EMPTY_BYTES = 12
const NULL_LENGTH = -1
const TYPE = { boolean: 16, bytea: 17, text: 25, uuid: 2950 }
const ARRAY_TYPE = { boolean: 1000, bytea: 1001, text: 1009, uuid: 2951 }

/** An array that is still to be written, to a place that has `most` bytes; answers where it ends. */
export type Column = { type: number; most: number; write(to: Buffer, at: number): number }

/** Grows to the largest page; what is made in it is copied out before anybody else writes. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024)

function madeIn(most: number, write: (to: Buffer) => number): Buffer {
  if (scratch.length < most) scratch = Buffer.allocUnsafeSlow(2 * most)
  return Buffer.from(scratch.subarray(0, write(scratch)))
}

const array = (column: Column) => madeIn(column.most, (to) => column.write(to, 0))

/** A row of a composite type whose columns are these arrays (`record_recv` in rowtypes.c): how many; each after its type and length. */
export function record(columns: readonly Column[]): Buffer {
  const most = columns.reduce((sum, column) => sum + 8 + column.most, 4)
  return madeIn(most, (to) => {
    let at = to.writeInt32BE(columns.length, 0)
    for (const column of columns) {
      const start = to.writeInt32BE(column.type, at) + 4
      at = column.write(to, start)
      to.writeInt32BE(at - start, start - 4)
    }
    return at
  })
}

export function texts(values: readonly (string | null)[]): Column {
  let most = HEADER_BYTES + 4 * values.length
  let hasNull = false
  for (const value of values) {
    if (value === null) hasNull = true
    else most += 3 * value.length // a UTF-16 code unit is at most three bytes of UTF-8
  }
  const write = (to: Buffer, start: number) => {
    let at = begin(to, start, TYPE.text, values.length, hasNull)
    for (const value of values) {
      const length = value === null ? NULL_LENGTH : to.write(value, at + 4)
      to.writeInt32BE(length, at)
      at += 4 + Math.max(0, length)
    }
    return at
  }
  return { type: ARRAY_TYPE.text, most, write }
}

export function booleans(values: readonly (boolean | null)[]): Column {
  const write = (to: Buffer, start: number) => {
    let at = begin(to, start, TYPE.boolean, values.length, values.includes(null))
    for (const value of values) {
      at = to.writeInt32BE(value === null ? NULL_LENGTH : 1, at)
      if (value !== null) at = to.writeUInt8(Number(value), at)
    }
    return at
  }
  return { type: ARRAY_TYPE.boolean, most: HEADER_BYTES + 5 * values.length, write }
}

export const uuids = (values: readonly string[]) => fixed('uuid', 16, Buffer.from(values.join('').replaceAll('-', ''), 'hex'))

/** Given as bytes, one after the other. */
export const uuidsOfBytes = (content: Buffer) => fixed('uuid', 16, content)

/** Of so many bytes each, given as hex. */
export const byteas = (values: readonly string[], bytes: number) => fixed('bytea', bytes, Buffer.from(values.join(''), 'hex'))

export const textArray = (values: readonly (string | null)[]) => array(texts(values))
export const booleanArray = (values: readonly (boolean | null)[]) => array(booleans(values))
export const uuidArray = (values: readonly string[]) => array(uuids(values))
export const byteaArray = (values: readonly string[], bytes: number) => array(byteas(values, bytes))

function fixed(type: keyof typeof TYPE, width: number, content: Buffer): Column {
  const size = content.length / width
  const write = (to: Buffer, start: number) => {
    let at = begin(to, start, TYPE[type], size, false)
    for (let from = 0; from < content.length; from += width) {
      at = to.writeInt32BE(width, at)
      content.copy(to, at, from, from + width)
      at += width
    }
    return at
  }
  return { type: ARRAY_TYPE[type], most: HEADER_BYTES + size * (4 + width), write }
}

function begin(to: Buffer, start: number, type: number, size: number, hasNull: boolean): number {
  to.writeInt32BE(size === 0 ? 0 : 1, start)
  to.writeInt32BE(hasNull ? 1 : 0, start + 4)
  to.writeInt32BE(type, start + 8)
  if (size === 0) return start + EMPTY_BYTES
  to.writeInt32BE(size, start + 12)
  return to.writeInt32BE(1, start + 16)
}
