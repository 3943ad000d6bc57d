import { randomUUID } from 'node:crypto'
import { JACKFIELD_CLIENT_ID } from '@jackfield/m365-emulator/demo/contoso'
import type { UserSeed } from '@jackfield/m365-emulator/directory/user'
import type { Platform } from './platform.ts'

/** A directory of made-up people that Jackfield may read. */
export function addLargeDirectory({ emulator }: Platform, size: number, newId: () => string = randomUUID): string {
  const id = newId()
  const users = Array.from({ length: size }, (_, index): UserSeed => {
    const name = `user${String(index).padStart(5, '0')}`
    const phone = `+1 425 555 ${String(index).padStart(4, '0')}`
    return {
      id: newId(),
      userPrincipalName: `${name}@${id.slice(0, 8)}.example`,
      displayName: `Person ${name}`,
      businessPhones: [phone],
    }
  })
  emulator.addDirectory({
    id,
    displayName: 'Large',
    domains: [`${id.slice(0, 8)}.example`],
    users,
    grants: [{ appId: JACKFIELD_CLIENT_ID, roles: ['User.Read.All'] }],
  })
  return id
}
