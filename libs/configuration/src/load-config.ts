import type { z } from 'zod'
import { settingsFromFiles } from './settings-from-files.ts'

/** Every wrong setting by name, never by value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly lines: readonly string[]

  constructor(lines: readonly string[]) {
    super(`Wrong settings:\n${lines.join('\n')}`)
    this.lines = lines
  }
}

/** Prefixes of Jackfield's settings: an unknown name with one is a spelling mistake, and is refused. */
const OUR_PREFIXES = [
  'JACKFIELD_',
  'MICROSOFT_',
  'BOOTSTRAP_',
  'INTERNAL_TOKEN_',
  'KEY_ENCRYPTION_',
  'TRUSTED_PROX',
  'WEBHOOK_BASE',
  'TENANT_REGISTRY_',
  'ROSTER_',
  'SHUTDOWN_',
  'REDIS_PRE',
]
/** Settings of the whole platform: known to every service, whether it uses them or not. */
const PLATFORM_SETTINGS = [
  'MICROSOFT_LOGIN_URL',
  'MICROSOFT_GRAPH_URL',
  'BOOTSTRAP_API_KEY',
  'INTERNAL_TOKEN_KEYS',
  'KEY_ENCRYPTION_KEYS',
  'TRUSTED_PROXIES',
  'WEBHOOK_BASE_URL',
  'TENANT_REGISTRY_URL',
  'ROSTER_URL',
  'REDIS_PREFIX',
]

/**
 * Reads a service's settings from the environment, those that hold secrets also from files. An empty variable counts as
 * absent.
 * @throws {ConfigError} with a line for each setting that is missing, malformed or unknown
 */
export function loadConfig<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): z.infer<Schema> {
  const set = Object.entries(environment).flatMap(([name, value]) => (value ? [[name, value] as const] : []))
  const { settings: given, wrong } = settingsFromFiles(Object.fromEntries(set))
  if (wrong.length > 0) throw new ConfigError(wrong)
  const parsed = schema.safeParse(given)
  const known = new Set([...Object.keys(schema.shape), ...PLATFORM_SETTINGS])
  const unknown = Object.keys(given).filter(
    (name) => !known.has(name) && OUR_PREFIXES.some((prefix) => name.startsWith(prefix)),
  )
  const lines = [
    ...(parsed.error?.issues ?? []).map(
      (issue) =>
        `${String(issue.path[0] ?? 'settings')}: ${given[String(issue.path[0])] === undefined ? 'is missing' : issue.message}`,
    ),
    ...unknown.map((name) => `${name}: is not a setting of this service`),
  ]
  if (!parsed.success || lines.length > 0) throw new ConfigError([...new Set(lines)])
  return parsed.data
}

/** `loadConfig` for a `main.ts`: prints one line for each wrong setting and exits with 1. */
export function loadConfigOrExit<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): z.infer<Schema> {
  try {
    return loadConfig(schema, environment)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const line of error.lines) process.stderr.write(`${line}\n`)
    process.exit(1)
  }
}
