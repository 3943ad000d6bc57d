import { ExtensionNumber } from '@jackfield/contract/roster/phone-user'

const MOST = 10_000

type TypedExtension = { number: string; name?: string }
type ExtensionList = { kind: 'extensions'; items: TypedExtension[] } | { kind: 'refused'; message: string }

/** All numbers of the range, with leading zeros: 001 to 010. */
export function extensionRange(first: string, last: string): ExtensionList {
  const [from, to] = [first.trim(), last.trim()]
  if (!/^\d{1,12}$/.test(from) || !/^\d{1,12}$/.test(to))
    return refused('Enter the first and the last number, digits only.')
  const size = Number(to) - Number(from) + 1
  if (size < 1) return refused('The last number must not be smaller than the first.')
  if (size > MOST) return refused('A range has at most 10,000 numbers.')
  const items = Array.from({ length: size }, (_, index) => ({
    number: String(Number(from) + index).padStart(from.length, '0'),
  }))
  return { kind: 'extensions', items }
}

/** One extension per line: the number and optionally a name (`101 Reception`). */
export function extensionLines(text: string): ExtensionList {
  const items: TypedExtension[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const [, number = '', name = ''] = /^\s*([^\s,;]*)[\s,;]*(.*?)\s*$/.exec(line) ?? []
    if (number === '' && name === '') continue
    if (!ExtensionNumber.safeParse(number).success)
      return refused(`Line ${index + 1}: a number is 1 to 32 digits, *, # or +.`)
    items.push(name === '' ? { number } : { number, name: name.slice(0, 120) })
  }
  if (items.length === 0) return refused('Enter at least one number.')
  if (items.length > MOST) return refused('Enter at most 10,000 numbers at once.')
  return { kind: 'extensions', items }
}

function refused(message: string): ExtensionList {
  return { kind: 'refused', message }
}
