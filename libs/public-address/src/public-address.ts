import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { BlockList, isIP, type LookupFunction } from 'node:net'

// What is not the public internet (RFC 6890): what a tenant names must not reach our own network or a cloud's metadata
// (T-100).
const INNER = new BlockList()
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  INNER.addSubnet(address, prefix, 'ipv4')
}
for (const [address, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  INNER.addSubnet(address, prefix, 'ipv6')
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

/** Whether an IP address is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  // An IPv4 address in IPv6 clothes is found in the IPv4 lists by Node itself.
  return family !== 0 && !INNER.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

type Resolve = (hostname: string, family: number) => Promise<LookupAddress[]>

/**
 * For `lookup` of a request: what is resolved is checked, and exactly that is connected to, so that no second answer
 * can differ. One inner address among many refuses them all. Names only: an address in the URL itself is never looked
 * up, so check it before. `allowsLoopback` is for a laptop, where all parts are on one machine.
 */
export function publicLookup(resolve: Resolve, allowsLoopback = false): LookupFunction {
  const isAllowed = (address: string) =>
    isPublicAddress(address) || (allowsLoopback && LOOPBACK.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'))
  return (hostname, options, callback) => {
    resolve(hostname, Number(options.family) || 0).then(
      (addresses) => {
        const first = addresses[0]
        if (!first) return callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '', 0)
        if (!addresses.every(({ address }) => isAllowed(address))) {
          return callback(Object.assign(new Error('not a public address'), { code: 'ENOTPUBLIC' }), '', 0)
        }
        return options.all ? callback(null, addresses) : callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    )
  }
}

/** By the resolver of this machine. */
export const lookupPublic: LookupFunction = publicLookup((hostname, family) => lookup(hostname, { family, all: true }))
