import { parseArgs } from 'node:util'

const OPTIONS = {
  config: {
    type: 'string',
    setting: 'EMULATOR_CONFIG',
    text: 'a JSON file with directories and settings; without it the demo directories',
  },
  port: { type: 'string', setting: 'PORT', text: '4010; 0 takes a free one' },
  host: { type: 'string', setting: 'HOST', text: '127.0.0.1' },
  'public-origin': {
    type: 'string',
    setting: 'EMULATOR_PUBLIC_ORIGIN',
    text: 'the origin that clients know, such as http://emulator:4010; default: where it listens',
  },
  'graph-origin': {
    type: 'string',
    setting: 'EMULATOR_GRAPH_ORIGIN',
    text: 'the origin under which clients reach Graph; default: the public origin',
  },
  https: { type: 'boolean', setting: 'EMULATOR_HTTPS', text: 'serve https, with a certificate made at the start' },
  'certificate-file': {
    type: 'string',
    setting: 'EMULATOR_CERTIFICATE_FILE',
    text: 'with --https: where to write the certificate for clients to trust',
  },
  'tls-cert-file': {
    type: 'string',
    setting: 'EMULATOR_TLS_CERT_FILE',
    text: 'serve https with this certificate (PEM), and the key of the next option',
  },
  'tls-key-file': {
    type: 'string',
    setting: 'EMULATOR_TLS_KEY_FILE',
    text: 'the private key of the certificate (PEM)',
  },
  'state-file': {
    type: 'string',
    setting: 'EMULATOR_STATE_FILE',
    text: 'keeps what is registered over a restart; once it is there, it replaces the directories of --config',
  },
  'control-key': {
    type: 'string',
    setting: 'EMULATOR_CONTROL_KEY',
    text: 'what other machines send to the control API; without it, that answers this machine only',
  },
  'log-level': { type: 'string', setting: 'LOG_LEVEL', text: 'info' },
  'check-health': {
    type: 'boolean',
    setting: undefined,
    text: 'ask the emulator that runs on this machine and port; ends with 0 or 1',
  },
  help: { type: 'boolean', short: 'h', setting: undefined, text: 'this text' },
} as const

type Environment = Readonly<Record<string, string | undefined>>
export type Command =
  | { kind: 'run' | 'check-health'; environment: Environment }
  | { kind: 'help' }
  | { kind: 'refuse'; message: string }

/** Options override the environment variables of the same settings. */
export function readCommand(args: readonly string[], environment: Environment): Command {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false })
    if (values.help) return { kind: 'help' }
    const given = Object.entries(OPTIONS).flatMap(([name, { setting }]) => {
      const value = values[name as keyof typeof values]
      return setting === undefined || value === undefined ? [] : [[setting, String(value)]]
    })
    return {
      kind: values['check-health'] ? 'check-health' : 'run',
      environment: { ...environment, ...Object.fromEntries(given) },
    }
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
