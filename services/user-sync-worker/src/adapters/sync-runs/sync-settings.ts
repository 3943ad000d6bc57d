import type { FuseSettings } from '../../domain/removal-fuse.ts'

export type SyncSettings = {
  /** How often an account's changes are asked for when no notification came. */
  deltaSeconds: number
  /** How often a whole directory is compared. */
  fullSeconds: number
  fuse: FuseSettings
}
