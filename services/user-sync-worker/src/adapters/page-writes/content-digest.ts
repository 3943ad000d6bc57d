import { hash } from 'node:crypto'
import type { DirectoryUser } from '../../domain/directory-user.ts'

export const DIGEST_BYTES = 16

/**
 * What the directory says of a person, but for whether they are enabled, in 128 bits of SHA-256 as hex: two people with the same digest need
 * not be compared member by member. Members are in one order, an absent one is empty, and none can hold the NUL between them.
 */
export function contentDigest(user: DirectoryUser): string {
  const { displayName, givenName, surname, userPrincipalName, mail, mobilePhone, jobTitle, department, employeeId, userType } = user
  const work = `${mobilePhone ?? ''}\0${jobTitle ?? ''}\0${department ?? ''}\0${employeeId ?? ''}\0${userType}`
  const text = `${displayName}\0${givenName ?? ''}\0${surname ?? ''}\0${userPrincipalName}\0${mail ?? ''}\0${work}\0${user.businessPhones.join('\0')}`
  return hash('sha256', text).slice(0, DIGEST_BYTES * 2)
}
