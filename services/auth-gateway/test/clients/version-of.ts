import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'

/** The installed version of an npm package. */
export function versionOf(name: string): string {
  const path = findPackageJSON(name, import.meta.url)
  if (!path) throw new Error(`${name} is not installed`)
  return JSON.parse(readFileSync(path, 'utf8')).version
}
