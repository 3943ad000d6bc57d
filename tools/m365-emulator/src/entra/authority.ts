import type { Directories } from '../directory/directories.ts'
import type { Directory } from '../directory/directory.ts'
import type { Refusal } from './errors/aadsts.ts'

export const PERSONAL_ACCOUNTS = '9188040d-6c67-4c5b-b112-36a304b66dad'

/** The meaning of the `{tenant}` segment in an Entra address. */
export type Authority =
  | { kind: 'directory'; directory: Directory }
  | { kind: 'organizations' }
  | { kind: 'common' }
  | { kind: 'consumers' }
  | { kind: 'unknown'; asked: string; wellFormed: boolean; cloud?: string; directory?: Directory }

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i

export function resolveAuthority(asked: string, directories: Directories): Authority {
  const name = asked.toLowerCase()
  if (name === 'organizations' || name === 'common') return { kind: name }
  if (name === 'consumers' || name === PERSONAL_ACCOUNTS) return { kind: 'consumers' }
  const directory = directories.find(name)
  if (directory?.nationalCloud)
    return { kind: 'unknown', asked, wellFormed: true, cloud: directory.nationalCloud, directory }
  if (directory) return { kind: 'directory', directory }
  return { kind: 'unknown', asked, wellFormed: GUID.test(asked) || DOMAIN.test(asked) }
}

export function refuseAuthority({ asked, wellFormed, cloud }: Authority & { kind: 'unknown' }): Refusal {
  if (cloud !== undefined) return { code: 90038, values: { tenant: asked, cloud } }
  return { code: wellFormed ? 90002 : 900023, values: { tenant: asked } }
}

export function directoryOf(authority: Authority): Directory | undefined {
  return authority.kind === 'directory' ? authority.directory : undefined
}

/** Codes are bound to this key: the GUID and the domains of one directory are the same authority. */
export function authorityKey(authority: Authority): string {
  return authority.kind === 'directory' ? authority.directory.id : authority.kind
}

export function isMultiTenant(authority: Authority): boolean {
  return authority.kind === 'organizations' || authority.kind === 'common'
}
