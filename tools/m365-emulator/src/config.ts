import { z } from 'zod'
import { isAcceptableRedirectUri } from './directory/application.ts'
import { DirectorySeed } from './directory/seed.ts'
import { EntraSettings } from './entra/settings.ts'
import { GraphSettings } from './graph/settings.ts'

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
)
const RedirectUris = list.refine(
  (uris) => uris.every(isAcceptableRedirectUri),
  'must be https, or http on localhost, 127.0.0.1 or *.localhost',
)

const Origin = z
  .url({ protocol: /^https?$/ })
  .refine((url) => new URL(url).href === `${new URL(url).origin}/`, 'must be an origin such as http://emulator:4010')
  .transform((url) => new URL(url).origin)

const Settings = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65535).default(4010),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** Serves https with a certificate made at the start. */
  EMULATOR_HTTPS: z.stringbool().default(false),
  EMULATOR_CERTIFICATE_FILE: z.string().optional(),
  /** A certificate from outside, with its key: it serves https, too. */
  EMULATOR_TLS_CERT_FILE: z.string().optional(),
  EMULATOR_TLS_KEY_FILE: z.string().optional(),
  /** What issuers and links begin with, where clients reach it by another name than it listens on. */
  EMULATOR_PUBLIC_ORIGIN: Origin.optional(),
  EMULATOR_GRAPH_ORIGIN: Origin.optional(),
  /** Where what was registered is kept over a restart. */
  EMULATOR_STATE_FILE: z.string().optional(),
  /** Opens the control API to other machines. */
  EMULATOR_CONTROL_KEY: z.string().min(16, 'must be at least 16 characters').optional(),
  /** A JSON file `{ "directories": [...] }` in place of the demo directories. */
  EMULATOR_CONFIG: z.string().optional(),
  /** The demo registrations' `web` redirect URIs, whole, separated by commas. */
  EMULATOR_REDIRECT_URIS: RedirectUris.optional(),
  /** Origins; `<origin>/auth/microsoft/callback` becomes a `web` redirect URI of the demo registrations. */
  EMULATOR_REDIRECT_ORIGINS: RedirectUris.optional(),
  EMULATOR_SPA_REDIRECT_URIS: RedirectUris.optional(),
})
const PAIR = ['EMULATOR_TLS_CERT_FILE', 'EMULATOR_TLS_KEY_FILE'] as const

const Config = Settings.superRefine((settings, context) => {
  const missing = PAIR.filter((name) => settings[name] === undefined)
  if (missing.length === 1) context.addIssue({ code: 'custom', path: [...missing], message: 'is missing' })
})
export type Config = z.infer<typeof Config>

/**
 * Reads the settings; an empty variable counts as absent.
 * @returns a line for each wrong setting, by its name and without its value
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
): { config: Config } | { wrong: string[] } {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value))
  const parsed = Config.safeParse(given)
  if (parsed.success) return { config: parsed.data }
  const lines = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0] ?? 'settings')
    return `${name}: ${path[0] !== undefined && given[name] === undefined ? 'is missing' : message}`
  })
  return { wrong: [...new Set(lines)] }
}

export const ConfigFile = z.strictObject({
  directories: z.array(DirectorySeed).min(1),
  entra: EntraSettings.partial().optional(),
  graph: GraphSettings.partial().optional(),
})
export type ConfigFile = z.input<typeof ConfigFile>
