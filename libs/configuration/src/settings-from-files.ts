import { readFileSync } from 'node:fs'

/**
 * Settings that hold secrets: each may be named with `_FILE` behind it instead, for secrets that are mounted as files.
 */
const WITH_FILES = [
  'DATABASE_URL',
  'REDIS_URL',
  'INTERNAL_TOKEN_KEYS',
  'KEY_ENCRYPTION_KEYS',
  'KEY_ENCRYPTION_VAULT_TOKEN',
  'BOOTSTRAP_API_KEY',
] as const

type Environment = Readonly<Record<string, string>>

/**
 * The settings with what their files hold, without the white space around it; `wrong` has a line for each that cannot
 * be read or is given twice.
 */
export function settingsFromFiles(environment: Environment): { settings: Environment; wrong: string[] } {
  const settings: Record<string, string> = { ...environment }
  const wrong: string[] = []
  for (const name of WITH_FILES) {
    const file = settings[`${name}_FILE`]
    delete settings[`${name}_FILE`]
    if (file === undefined) continue
    if (settings[name] !== undefined) wrong.push(`${name}_FILE: is given beside ${name}`)
    else {
      const held = readHeld(file)
      if (held === undefined) wrong.push(`${name}_FILE: the file cannot be read`)
      else if (held === '') wrong.push(`${name}_FILE: the file is empty`)
      settings[name] = held ?? ''
    }
  }
  return { settings, wrong }
}

function readHeld(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}
