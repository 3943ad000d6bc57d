import { type KeyObject, randomBytes, sign } from 'node:crypto'

// The parts of DER (X.690) and X.509 (RFC 5280 4.1) that a self-signed RSA certificate needs; node:crypto only reads
// certificates.

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content])
  const length = Buffer.from(content.length.toString(16).padStart(content.length > 0xff ? 4 : 2, '0'), 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content])
}

const sequence = (...contents: Buffer[]) => der(0x30, ...contents)
const sha256WithRsa = sequence(der(0x06, Buffer.from('2a864886f70d01010b', 'hex')), der(0x05))
const commonName = der(0x06, Buffer.from('550403', 'hex'))

const utcTime = (time: Date) => der(0x17, Buffer.from(`${time.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))

type ServerNames = { dns: readonly string[]; ip: readonly string[] }

/** RFC 5280 4.2.1.6 and 4.2.1.9: the server's names, and that the certificate is its own authority. */
function serverExtensions({ dns, ip }: ServerNames): Buffer {
  const names = [
    ...dns.map((name) => der(0x82, Buffer.from(name))),
    ...ip.map((address) => der(0x87, Buffer.from(address.split('.').map(Number)))),
  ]
  const extension = (oid: string, value: Buffer) => sequence(der(0x06, Buffer.from(oid, 'hex')), der(0x04, value))
  const isAuthority = sequence(der(0x01, Buffer.from([0xff])))
  return der(0xa3, sequence(extension('551d13', isAuthority), extension('551d11', sequence(...names))))
}

/** Valid for five years, like Microsoft's signing certificates. */
export function selfSignedCertificate(
  publicKey: KeyObject,
  privateKey: KeyObject,
  name: string,
  from: Date,
  serverNames?: ServerNames,
): Buffer {
  const until = new Date(from)
  until.setUTCFullYear(from.getUTCFullYear() + 5)
  const serial = randomBytes(16)
  serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f) // positive, without leading zeros
  const subject = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from(name)))))
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    sha256WithRsa,
    subject,
    sequence(utcTime(from), utcTime(until)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    serverNames ? serverExtensions(serverNames) : Buffer.alloc(0),
  )
  const signature = sign('sha256', toBeSigned, privateKey)
  return sequence(toBeSigned, sha256WithRsa, der(0x03, Buffer.from([0]), signature))
}
