import type { RequestLog } from './control/request-log.ts'
import type { Clock } from './directory/clock.ts'
import type { Directories } from './directory/directories.ts'
import type { DeviceCodes } from './entra/device-code/device-codes.ts'
import type { Tampering } from './entra/issued-tokens/tampering.ts'
import type { SigningKeys } from './entra/keys/signing-keys.ts'
import type { EntraSettings } from './entra/settings.ts'
import type { MicrosoftSessions } from './entra/sign-in/microsoft-session.ts'
import type { Codes } from './entra/token-endpoint/codes.ts'
import type { RefreshTokens } from './entra/token-endpoint/refresh-tokens.ts'
import type { Faults } from './faults/faults.ts'
import type { Notifier } from './graph/notifications/notifier.ts'
import type { GraphSettings } from './graph/settings.ts'
import type { SubscriptionStore } from './graph/subscriptions/subscription-store.ts'
import type { ThrottleSettings } from './graph/throttle.ts'

/** The state of the emulated cloud, passed to every route. */
export type Cloud = {
  /** Of Entra's endpoints and links. Set once the server listens, if no public one is given. */
  origin: string
  /** Of Graph's links; the same as `origin`, unless clients reach Graph under a name of its own. */
  graphOrigin: string
  /** Identifies this start or reset: page and delta links of an earlier run are refused. */
  run: string
  readonly clock: Clock
  readonly directories: Directories
  readonly keys: SigningKeys
  readonly sessions: MicrosoftSessions
  readonly codes: Codes
  readonly deviceCodes: DeviceCodes
  readonly refreshTokens: RefreshTokens
  readonly tampering: Tampering
  readonly requests: RequestLog
  readonly entra: EntraSettings
  readonly graph: GraphSettings
  readonly throttle: ThrottleSettings
  readonly faults: Faults
  readonly subscriptions: SubscriptionStore
  readonly notifications: Notifier
}
