/** Words of documents and templates. Each is too long to come about by chance. */
const WORDS = /change.?me|change.?this|example|password|placeholder|replace.?(?:me|this)|insecure|0123456789/

/** Random bytes have more different ones: of 32 about 30. */
const LEAST_DIFFERENT = 10

/**
 * Whether a key is one that somebody copied or typed (T-140): a repeated byte or pattern, bytes in sequence, or words,
 * as it is `written` or in what it decodes to. No random key of 128 bits or more is taken for one: each of these is
 * rarer than one in 10^8.
 */
export function isExampleKey(written: string, bytes: Uint8Array = Buffer.from(written)): boolean {
  const decoded = Buffer.from(bytes).toString('latin1')
  if ([written, decoded].some((text) => WORDS.test(text.toLowerCase()))) return true
  return new Set(bytes).size < LEAST_DIFFERENT || isPeriodic(bytes) || isSequence(bytes)
}

function isPeriodic(bytes: Uint8Array): boolean {
  const periods = Array.from({ length: Math.floor(bytes.length / 2) }, (_, index) => index + 1)
  return periods.some((period) => bytes.every((byte, index) => index < period || byte === bytes[index - period]))
}

function isSequence(bytes: Uint8Array): boolean {
  const steps = bytes.slice(1).map((byte, index) => byte - (bytes[index] ?? 0))
  return new Set(steps).size < 2
}
