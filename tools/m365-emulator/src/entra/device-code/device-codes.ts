import { randomBytes, randomInt } from 'node:crypto'
import type { Grant } from '../token-endpoint/codes.ts'

const LIFETIME = 15 * 60 * 1000
const LETTERS = 'BCDFGHJKLMNPQRSTVWXYZ23456789' // no vowels and no look-alikes

type DeviceRequest = { clientId: string; scopes: readonly string[]; authority: string; tenant: string }
export type DeviceAuthorization = DeviceRequest & {
  userCode: string
  expiresAt: number
  outcome: { kind: 'pending' } | { kind: 'approved'; grant: Grant } | { kind: 'declined' } | { kind: 'redeemed' }
}

/** RFC 8628: pending device authorizations, by device code and by user code. */
export class DeviceCodes {
  readonly #byDeviceCode = new Map<string, DeviceAuthorization>()

  issue(request: DeviceRequest, now: number): { deviceCode: string; userCode: string; expiresIn: number } {
    for (const [code, { expiresAt }] of this.#byDeviceCode)
      if (expiresAt < now - LIFETIME) this.#byDeviceCode.delete(code)
    const deviceCode = randomBytes(96).toString('base64url')
    const userCode = Array.from({ length: 9 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
    this.#byDeviceCode.set(deviceCode, {
      ...request,
      userCode,
      expiresAt: now + LIFETIME,
      outcome: { kind: 'pending' },
    })
    return { deviceCode, userCode, expiresIn: LIFETIME / 1000 }
  }

  /** Forgets all, or those of one directory. */
  clear(directory?: string): void {
    for (const [code, { authority, outcome }] of this.#byDeviceCode) {
      const directoryId = outcome.kind === 'approved' ? outcome.grant.directoryId : authority
      if ((directory ?? directoryId) === directoryId) this.#byDeviceCode.delete(code)
    }
  }

  find(deviceCode: string): DeviceAuthorization | undefined {
    return this.#byDeviceCode.get(deviceCode)
  }

  /** Finds an authorization that can still be answered. */
  findPending(userCode: string, nowAt: (authority: string) => number): DeviceAuthorization | undefined {
    const typed = userCode.trim().toUpperCase()
    const all = [...this.#byDeviceCode.values()]
    return all.find(
      (one) => one.userCode === typed && one.expiresAt > nowAt(one.authority) && one.outcome.kind === 'pending',
    )
  }
}
