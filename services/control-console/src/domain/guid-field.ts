import { Guid } from '@jackfield/contract/identifier'

/** What is wrong with a typed GUID, or nothing. Blanks around it are forgiven (they come with copying). */
export function guidComplaint(text: string, what: string): string | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return `Enter the ${what}.`
  if (!Guid.safeParse(trimmed).success) return `The ${what} is a GUID such as 00000000-0000-0000-0000-000000000000.`
  return undefined
}

/** Both ids stand on the same page in Entra; the same one copied twice cannot be right. */
export function sameGuid(one: string, other: string): boolean {
  return one.trim() !== '' && one.trim().toLowerCase() === other.trim().toLowerCase()
}
