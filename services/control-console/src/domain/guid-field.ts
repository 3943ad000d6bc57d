import { Guid } from '@jackfield/contract/http/identifier'

/** The complaint about a typed GUID, if any. Surrounding blanks are accepted: copying adds them. */
export function guidComplaint(text: string, what: string): string | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return `Enter the ${what}.`
  if (!Guid.safeParse(trimmed).success) return `The ${what} is a GUID such as 00000000-0000-0000-0000-000000000000.`
  return undefined
}

/** Whether one id was copied into both fields; they stand on the same page in Entra. */
export function sameGuid(one: string, other: string): boolean {
  return one.trim() !== '' && one.trim().toLowerCase() === other.trim().toLowerCase()
}
