import type { PhoneUser } from '@jackfield/contract/phone-user'

/** `101`, or `101 (Berlin), 204 (Hamburg)` where the numbers alone would not tell. */
export function extensionsOf({ bindings }: Pick<PhoneUser, 'bindings'>): string {
  if (bindings.length < 2) return bindings.map(({ extension }) => extension).join()
  return bindings.map(({ extension, phoneSystemName }) => `${extension} (${phoneSystemName})`).join(', ')
}
