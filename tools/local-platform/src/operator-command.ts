import { parseArgs } from 'node:util'
import { Origin } from '@jackfield/configuration/settings'
import { DEFAULT_PORTS, platformAddresses } from './process-plans.ts'

/** The file, below the project's folder, in which `npm start` keeps its platform's key. */
export const LOCAL_KEY_FILE = '.data/admin-api-key'

const OPTIONS = {
  scope: { type: 'string', text: 'what it opens: platform, which is the default, or the id of a tenant' },
  role: { type: 'string', text: 'admin, which is the default, or read' },
  control: { type: 'string', text: `Control’s origin; default: ${platformAddresses(DEFAULT_PORTS).control}` },
  'api-key-file': {
    type: 'string',
    text: `a file that holds an API key; default: ${LOCAL_KEY_FILE}, which npm start writes`,
  },
  yes: { type: 'boolean', text: 'revoke without asking: keys revoke alone says whom that would hit' },
  help: { type: 'boolean', short: 'h', text: 'this text' },
} as const

type At = { control: string; keyFile: string }
export type KeysCommand = At & { kind: 'keys' } & (
    | { action: 'list' | 'rotate' }
    | { action: 'revoke'; kid: string; isConfirmed: boolean }
  )
type OperatorCommand =
  | (At & { kind: 'control-link'; wanted: { scope?: string; role?: string } })
  | KeysCommand
  | { kind: 'help' }
  | { kind: 'refuse'; message: string }

/**
 * Reads the operator's command line. Keys are read from files only: every user of a machine sees the arguments of a
 * process.
 */
export function readOperatorCommand(args: readonly string[]): OperatorCommand {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(args)
  } catch (error) {
    return { kind: 'refuse', message: error instanceof Error ? error.message : String(error) }
  }
  const { values, positionals } = parsed
  if (values.help) return { kind: 'help' }
  const [command, ...more] = positionals
  if (command === undefined) return { kind: 'refuse', message: 'Say which command.' }
  const keys = command === 'keys' ? readKeysAction(more, values.yes ?? false) : undefined
  if (!keys && (command !== 'control-link' || more.length > 0))
    return { kind: 'refuse', message: `There is no command “${positionals.join(' ')}”.` }

  const {
    control = platformAddresses(DEFAULT_PORTS).control,
    'api-key-file': keyFile = LOCAL_KEY_FILE,
    scope,
    role,
  } = values
  const origin = Origin.safeParse(control)
  if (!origin.success) return { kind: 'refuse', message: `--control ${control}: ${origin.error.issues[0]?.message}.` }
  if (keys) return { kind: 'keys', control: origin.data, keyFile, ...keys }
  return {
    kind: 'control-link',
    control: origin.data,
    keyFile,
    wanted: { ...(scope && { scope }), ...(role && { role }) },
  }
}

function readKeysAction([action, kid, ...more]: readonly string[], isConfirmed: boolean) {
  if (more.length > 0) return undefined
  if ((action === 'list' || action === 'rotate') && kid === undefined) return { action } as const
  if (action === 'revoke' && kid !== undefined) return { action, kid, isConfirmed } as const
  return undefined
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: true })
}

export function operatorUsage(): string {
  const options = Object.entries(OPTIONS).map(
    ([name, { type, text }]) => `  ${`--${name}${type === 'string' ? ' VALUE' : ''}`.padEnd(22)} ${text}`,
  )
  return [
    'Usage: npm run jackfield -- COMMAND [options]',
    '',
    '  control-link           print a link that opens Control once, within 15 minutes',
    '  keys list              list the keys that sign tokens and cookies',
    '  keys rotate            begin to renew them; nobody notices',
    '  keys revoke KID        say whom it hits to revoke a key; with --yes, revoke it now',
    '',
    ...options,
    '',
  ].join('\n')
}
