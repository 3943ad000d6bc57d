/**
 * An address in the form it is compared in: without the case of its ASCII letters. A user principal name has no others
 * (Entra ID, policies of user principal names), and what else has a case is nowhere compared without it.
 */
export function comparedAddress(address: string): string {
  return address.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
