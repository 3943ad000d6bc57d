import { ListenSettings } from '@jackfield/configuration/settings'
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

export const Config = z.object({
  ...ListenSettings,
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65535).default(4010),
  /** Serves https with a certificate made at the start. */
  EMULATOR_HTTPS: z.stringbool().default(false),
  EMULATOR_CERTIFICATE_FILE: z.string().optional(),
  /** A JSON file `{ "directories": [...] }` in place of the demo directories. */
  EMULATOR_CONFIG: z.string().optional(),
  /** The demo registrations' `web` redirect URIs, whole, separated by commas. */
  EMULATOR_REDIRECT_URIS: RedirectUris.optional(),
  /** Origins; `<origin>/auth/microsoft/callback` becomes a `web` redirect URI of the demo registrations. */
  EMULATOR_REDIRECT_ORIGINS: RedirectUris.optional(),
  EMULATOR_SPA_REDIRECT_URIS: RedirectUris.optional(),
})
export type Config = z.infer<typeof Config>

export const ConfigFile = z.strictObject({
  directories: z.array(DirectorySeed).min(1),
  entra: EntraSettings.partial().optional(),
  graph: GraphSettings.partial().optional(),
})
export type ConfigFile = z.input<typeof ConfigFile>
