import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min'

/** Where national numbers are from: ISO 3166 alpha-2, as the tenant says; null when nobody knows. */
export type Country = string | null

export type ReadPhone = {
  /** All digits but those of the extension, as written. */
  digits: string
  /** The same in its national form without the prefix that only national calls have; undefined for no whole number. */
  national: string | undefined
  /** Of ";ext=5678" (RFC 3966), "ext. 101", "x101" and the like; the other digits then are the company's. */
  extension: string | undefined
}

/** A number as people and directories write it: international, national, RFC 3966, or with letters for digits. */
export function readPhone(text: string, country: Country): ReadPhone {
  const parsed = parse(text, country)
  const extension = parsed?.ext ?? NAMED_EXTENSION.exec(text)?.[1]
  if (extension !== undefined) {
    const { nationalNumber: national, countryCallingCode = '' } = parsed ?? {}
    return { digits: national ? countryCallingCode + national : '', national, extension }
  }
  const number = parsed?.isPossible() ? undefined : spelledOut(text, country)
  return { digits: digitsOf(number?.text ?? text), national: (number?.parsed ?? parsed)?.nationalNumber, extension }
}

/**
 * The digits to look for in numbers when somebody searches for this; undefined when it is no number. Neither the prefix
 * of national calls nor the country is among them, as a stored number may lack either.
 */
export function searchedDigits(text: string, country: Country): string | undefined {
  if (!/^(?:tel:)?[+(]*\d/i.test(text.trim())) return undefined
  const { digits, national, extension } = readPhone(text, country)
  const isWritten = extension !== undefined || !/[^\d\s+()./-]/.test(text.replace(/^\s*tel:/i, ''))
  if (!isWritten && digits === digitsOf(text)) return undefined
  const found = national ?? digits.replace(/^0+/, '')
  return found.length >= SHORTEST_SEARCHED ? found : undefined
}
const SHORTEST_SEARCHED = 4

/** After less than a whole number, such as "x101" alone. */
const NAMED_EXTENSION = /(?:ext(?:ension)?|x|#)[\s.:=]*(\d{2,8})\s*(?:;|$)/i

/** The letters of a keypad and their digits (ITU-T E.161), for `translate` in SQL. */
export const KEYPAD = { letters: 'abcdefghijklmnopqrstuvwxyz', digits: '22233344455566677778889999' }

/** "1-800-FLOWERS": only where the digits alone are no number and the letters make one. */
function spelledOut(text: string, country: Country) {
  if (!/^[+(]*\d[\d\s+()./-]*[a-z]{3}[a-z\d\s-]*$/i.test(text.trim())) return undefined
  const digits = text.toLowerCase().replace(/[a-z]/g, (letter) => KEYPAD.digits[KEYPAD.letters.indexOf(letter)] ?? '')
  const parsed = parse(digits, country)
  return parsed?.isPossible() && !parse(text.replace(/[a-z]/gi, ''), country)?.isPossible()
    ? { text: digits, parsed }
    : undefined
}

function parse(text: string, country: Country) {
  const defaultCountry = country !== null && isSupportedCountry(country) ? (country as CountryCode) : undefined
  return parsePhoneNumberFromString(globalForm(text), { extract: false, ...(defaultCountry && { defaultCountry }) })
}

/** RFC 3966 5.1.5. The library reads a context with a regular expression that keeps its place between two calls. */
function globalForm(text: string): string {
  const context = /;phone-context=([^;]*)/i.exec(text)
  if (!context) return text
  const number = text.replace(context[0], '').replace(/^\s*tel:/i, '')
  return /^\s*\+/.test(number) || !context[1]?.startsWith('+') ? number : context[1] + number
}

/** Without what follows a number in RFC 3966. */
function digitsOf(text: string): string {
  return text.replace(/;.*/s, '').replace(/\D/g, '')
}
