import type { RequestLog } from './control/request-log.ts'
import type { Clock } from './directory/clock.ts'
import type { Directories } from './directory/directories.ts'
import type { DirectorySeedInput } from './directory/seed.ts'
import type { DeviceCodes } from './entra/device-code/device-codes.ts'
import type { Tampering } from './entra/issued-tokens/tampering.ts'
import type { SigningKeys } from './entra/keys/signing-keys.ts'
import type { MicrosoftSessions } from './entra/sign-in/microsoft-session.ts'
import type { Codes } from './entra/token-endpoint/codes.ts'
import type { RefreshTokens } from './entra/token-endpoint/refresh-tokens.ts'
import type { Faults } from './faults/faults.ts'
import type { Notifier } from './graph/notifications/notifier.ts'
import type { SubscriptionStore } from './graph/subscriptions/subscription-store.ts'
import type { Snapshot } from './state/snapshot.ts'
import type { Switches } from './switches.ts'

/** The state of the emulated cloud, passed to every route. */
export type Cloud = Switches & {
  /** Of Entra's endpoints and links. Set once the server listens, if no public one is given. */
  origin: string
  /** Of Graph's links; the same as `origin`, unless clients reach Graph under a name of its own. */
  graphOrigin: string
  /** Identifies this start or reset: page and delta links of an earlier run are refused. */
  run: string
  readonly clock: Clock
  readonly directories: Directories
  /** Directories that came after the start, by id, as they were added. */
  readonly added: Map<string, DirectorySeedInput>
  /** What a reset goes back to. */
  start: Snapshot
  readonly keys: SigningKeys
  readonly sessions: MicrosoftSessions
  readonly codes: Codes
  readonly deviceCodes: DeviceCodes
  readonly refreshTokens: RefreshTokens
  readonly tampering: Tampering
  readonly requests: RequestLog
  readonly faults: Faults
  readonly subscriptions: SubscriptionStore
  readonly notifier: Notifier
  /** The cloud as this directory sees it, with its own clock, run, keys and switches; without one, as all see it. */
  of(directory: { id: string } | undefined): Cloud
  /** As each directory sees it that was ever asked for. */
  each(): Cloud[]
}
