/** Words of documents and templates. Each is too long to occur by chance. */
const WORDS = /change.?me|change.?this|example|password|placeholder|replace.?(?:me|this)|insecure|0123456789/

/** Random keys have more different bytes: about 30 of 32. */
const MIN_DISTINCT_BYTES = 10

/**
 * Whether a key was copied or typed (T-140): a repeated byte or pattern, bytes in sequence, or words, in the key as
 * `written` or decoded. A random key of 128 bits or more matches with a probability below 10^-8.
 */
export function isExampleKey(written: string, bytes: Uint8Array = Buffer.from(written)): boolean {
  const decoded = Buffer.from(bytes).toString('latin1')
  if (isExampleText(written) || isExampleText(decoded)) return true
  return new Set(bytes).size < MIN_DISTINCT_BYTES || isPeriodic(bytes) || isSequence(bytes)
}

/** Whether a secret whose form others decide holds words of documents and templates. */
export function isExampleText(text: string): boolean {
  return WORDS.test(text.toLowerCase())
}

function isPeriodic(bytes: Uint8Array): boolean {
  const periods = Array.from({ length: Math.floor(bytes.length / 2) }, (_, index) => index + 1)
  return periods.some((period) => bytes.every((byte, index) => index < period || byte === bytes[index - period]))
}

function isSequence(bytes: Uint8Array): boolean {
  const steps = bytes.slice(1).map((byte, index) => byte - (bytes[index] ?? 0))
  return new Set(steps).size < 2
}
