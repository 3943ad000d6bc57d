import { parseArgs } from 'node:util'

const OPTIONS = {
  config: {
    type: 'string',
    setting: 'EMULATOR_CONFIG',
    text: 'a JSON file with directories and settings; without it the demo directories',
  },
  port: { type: 'string', setting: 'PORT', text: '4010; 0 takes a free one' },
  host: { type: 'string', setting: 'HOST', text: '127.0.0.1' },
  https: { type: 'boolean', setting: 'EMULATOR_HTTPS', text: 'serve https, with a certificate made at the start' },
  'certificate-file': {
    type: 'string',
    setting: 'EMULATOR_CERTIFICATE_FILE',
    text: 'with --https: where to write the certificate for clients to trust',
  },
  'log-level': { type: 'string', setting: 'LOG_LEVEL', text: 'info' },
  help: { type: 'boolean', short: 'h', setting: undefined, text: 'this text' },
} as const

type Environment = Readonly<Record<string, string | undefined>>
export type Command = { kind: 'run'; environment: Environment } | { kind: 'help' } | { kind: 'refuse'; message: string }

/** Options override the environment variables of the same settings. */
export function readCommand(args: readonly string[], environment: Environment): Command {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false })
    if (values.help) return { kind: 'help' }
    const given = Object.entries(OPTIONS).flatMap(([name, { setting }]) => {
      const value = values[name as keyof typeof values]
      return setting === undefined || value === undefined ? [] : [[setting, String(value)]]
    })
    return { kind: 'run', environment: { ...environment, ...Object.fromEntries(given) } }
  } catch (error) {
    return { kind: 'refuse', message: error instanceof Error ? error.message : String(error) }
  }
}

export function usage(): string {
  const lines = Object.entries(OPTIONS).map(
    ([name, { type, text }]) => `  ${`--${name}${type === 'string' ? ' VALUE' : ''}`.padEnd(26)}${text}`,
  )
  return `Usage: m365-emulator [options]\n\nEntra ID and Microsoft Graph on this machine, in memory.\n\n${lines.join('\n')}\n`
}
