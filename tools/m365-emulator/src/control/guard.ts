import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

export type Asked = { headers: IncomingHttpHeaders; peer: string | undefined }
export type Refused = { status: 401 | 403; error: string }

/**
 * Decides who may use the control API. With a key, anybody who sends it. Without one, programs on this machine only: no
 * page in a browser, which could otherwise change the emulator of whoever opens it, and nobody behind a proxy.
 */
export function refuseControl({ headers, peer }: Asked, key: string | undefined): Refused | undefined {
  if (key !== undefined) {
    if (isEqual(/^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '', key)) return undefined
    return { status: 401, error: 'Send the control key (EMULATOR_CONTROL_KEY) as a bearer token.' }
  }
  if (!isLoopbackAddress(peer ?? '') || headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined)
    return { status: 403, error: 'Without a control key (EMULATOR_CONTROL_KEY) only this machine may do this.' }
  if (!isLoopbackName(hostnameOf(headers.host)))
    return { status: 403, error: 'Without a control key, use localhost or 127.0.0.1 as the host name.' }
  const site = headers['sec-fetch-site'] ?? 'none'
  const isForeign = headers.origin !== undefined && headers.origin.replace(/^https?:\/\//, '') !== headers.host
  if (isForeign || !['none', 'same-origin'].includes(String(site)))
    return { status: 403, error: 'Pages of other sites may not do this.' }
  return undefined
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\.\d+\.\d+\.\d+$/.test(address)
}

function isLoopbackName(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}

function hostnameOf(host: string | undefined): string {
  return host !== undefined && URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : ''
}

function isEqual(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)]
  return left.length === right.length && timingSafeEqual(left, right)
}
