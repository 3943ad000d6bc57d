import type { RedirectUri } from '@jackfield/contract/microsoft/microsoft-account'
import type { NotificationHealth } from '@jackfield/contract/microsoft/notification-health'

/** Why Microsoft gave nothing, already explained for an administrator. */
export type Failure = {
  kind: 'refused' | 'busy' | 'malformed' | 'timeout' | 'unreachable' | 'untrusted-certificate'
  code?: string | undefined
  message: string
  remedy: string
  correlationId?: string | undefined
}

/** The account's credential is stored, and no key opens it: to Microsoft it is as if there were none. */
export const UNREADABLE_CREDENTIAL: Failure = {
  kind: 'refused',
  code: 'credential-unreadable',
  message: 'The stored credential cannot be opened any more: the key that sealed it is gone, or it was altered.',
  remedy: 'Enter the credential again. If a key-encryption key was taken away by mistake, put it back instead.',
}

/** Entra ID names the platform `spa` at times, and no other ever: most often the platform is unknown. */
export type RedirectProbe = { uri: RedirectUri['uri'] } & (
  | { kind: 'registered'; platform: 'spa' | 'unknown' }
  | { kind: 'not-registered'; correlationId?: string | undefined }
  | { kind: 'unclear' }
)

/** What a connection test saw, step by step; a step that was pointless after an earlier one is undefined. */
export type Evidence = {
  directory: { kind: 'found' } | { kind: 'failed'; failure: Failure; isSwapped: boolean }
  /** Our clock is more than a minute off Entra ID's, by its answers. */
  clock?: { isBehind: boolean; message: string; remedy: string } | undefined
  /** `refusal`: Entra ID refused the new credential, and the token came by the previous one. */
  token:
    | { kind: 'issued'; roles: readonly string[]; refusal?: Failure }
    | { kind: 'none-saved' }
    | { kind: 'failed'; failure: Failure }
    | undefined
  users:
    | { kind: 'readable' }
    | { kind: 'forbidden'; code: string; correlationId: string | undefined }
    | { kind: 'failed'; failure: Failure }
    | undefined
  /** Whether Graph tells changes of users; `not-told`: it refuses although it lists users. */
  changes: { kind: 'told' } | { kind: 'not-told'; code: string } | { kind: 'unseen' } | undefined
  redirectUris: readonly RedirectProbe[] | undefined
  /** What the roster knows of the subscription to changes. */
  notifications: NotificationHealth | 'unavailable'
}

/** What Microsoft shows by itself. */
export type MicrosoftEvidence = Omit<Evidence, 'notifications'>
