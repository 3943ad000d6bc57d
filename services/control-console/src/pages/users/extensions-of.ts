import type { PhoneUser } from '@jackfield/contract/roster/phone-user'

/** `101`, or with phone systems if there are several: `101 (Berlin), 204 (Hamburg)`. */
export function extensionsOf({ bindings }: Pick<PhoneUser, 'bindings'>): string {
  if (bindings.length < 2) return bindings.map(({ extension }) => extension).join()
  return bindings.map(({ extension, phoneSystemName }) => `${extension} (${phoneSystemName})`).join(', ')
}
