import { Resolver } from 'node:dns/promises'
import { request } from 'node:http'
import { isLoopbackHost } from '@jackfield/configuration/settings'
import { publicLookup } from '@jackfield/public-address/public-address'
import type { Sight } from '../../domain/host-proof.ts'
import type { HostProbe } from '../../ports.ts'

const DNS = { timeout: 2_000, tries: 2 }
/** For all DNS servers together. */
const DNS_MS = 8_000
const HTTP_MS = 5_000
const FILE_LIMIT = 1_024
/** The name does not exist, or has no such record. */
const ABSENT: ReadonlySet<string | undefined> = new Set(['ENOTFOUND', 'ENODATA'])

export type HostProbeSettings = {
  HOST_PROOF_DNS_SERVERS?: readonly string[] | undefined
  MICROSOFT_LOGIN_URL?: string | undefined
}

/**
 * Reads the two places of a host's proof. Names are resolved by DNS alone, never by /etc/hosts; a file is read from the
 * public internet only (T-100), no redirect is followed, and a failure is reported in one word.
 */
export function hostProofProbe(settings: HostProbeSettings): HostProbe {
  // With the emulator everything runs on one machine.
  const isLaptop =
    settings.MICROSOFT_LOGIN_URL !== undefined && isLoopbackHost(new URL(settings.MICROSOFT_LOGIN_URL).hostname)
  const resolver = () => {
    const made = new Resolver(DNS)
    if (settings.HOST_PROOF_DNS_SERVERS) made.setServers(settings.HOST_PROOF_DNS_SERVERS)
    return made
  }
  const lookup = publicLookup(async (hostname) => {
    const asked = resolver()
    const families = [asked.resolve4(hostname), asked.resolve6(hostname)] as const
    const [four, six] = await Promise.allSettled(families)
    const addresses = [
      ...(four.status === 'fulfilled' ? four.value.map((address) => ({ address, family: 4 })) : []),
      ...(six.status === 'fulfilled' ? six.value.map((address) => ({ address, family: 6 })) : []),
    ]
    if (addresses.length === 0 && four.status === 'rejected') throw four.reason
    return addresses
  }, isLaptop)

  return {
    async readTexts(name) {
      const asked = resolver()
      const late = setTimeout(() => asked.cancel(), DNS_MS)
      try {
        const records = await asked.resolveTxt(name)
        return { kind: 'texts', texts: records.map((chunks) => chunks.join('')) }
      } catch (error) {
        return { kind: ABSENT.has((error as NodeJS.ErrnoException).code) ? 'absent' : 'unreachable' }
      } finally {
        clearTimeout(late)
      }
    },
    readFile: (url) =>
      new Promise<Sight>((resolve) => {
        const options = {
          lookup,
          agent: false as const,
          signal: AbortSignal.timeout(HTTP_MS),
          headers: { 'user-agent': 'Jackfield-Host-Proof' },
        }
        const sent = request(url, options, (answer) => {
          if (answer.statusCode !== 200) {
            answer.destroy()
            return resolve({ kind: 'absent' })
          }
          const chunks: Buffer[] = []
          let length = 0
          answer.on('data', (chunk: Buffer) => {
            length += chunk.length
            if (length > FILE_LIMIT) answer.destroy()
            else chunks.push(chunk)
          })
          answer.on('end', () => resolve({ kind: 'texts', texts: Buffer.concat(chunks).toString('utf8').split('\n') }))
          answer.on('close', () => resolve({ kind: 'absent' }))
          answer.on('error', () => resolve({ kind: 'unreachable' }))
        })
        sent.on('error', () => resolve({ kind: 'unreachable' }))
        sent.end()
      }),
  }
}
