import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { UnavailableError } from '@jackfield/problem/unavailable-error'
import { z } from 'zod'
import type { AskTransit } from './transit-client.ts'

/** By what this service is let in. */
export type TransitToken = {
  /** @throws {UnavailableError} when there is none to be had */
  get(): Promise<string>
  /** It was refused. True when the next `get` brings another one. */
  forget(token: string): boolean
  /** Renews one that ends, before it does, until `signal`. */
  keep(signal: AbortSignal, onTrouble: (error: Error) => void): Promise<void>
}

const Login = z.object({ auth: z.object({ client_token: z.string().min(1), lease_duration: z.number().int().min(0) }) })
const Looked = z.object({ data: z.object({ ttl: z.number().int().min(0), renewable: z.boolean().default(false) }) })
const Renewed = z.object({ auth: z.object({ lease_duration: z.number().int().min(0), renewable: z.boolean() }) })

/** Of a lease, what is left unused: renewal may fail for a while before anybody notices. */
const USED_SHARE = 2 / 3
const RETRY_MS = 30_000
const LONGEST_SLEEP_MS = 86_400_000

/** The time that leases are measured by. `rest` resolves after `ms` milliseconds, at once when `signal` aborts. */
export type LeaseClock = { now(): number; rest(ms: number, signal: AbortSignal): Promise<void> }

/** A pending rest does not keep the process alive. */
export const systemClock: LeaseClock = {
  now: Date.now,
  rest: (ms, signal) => sleep(ms, undefined, { signal, ref: false }).catch(() => undefined),
}

/**
 * A token for each lease, against the service-account token of this pod (auth method `kubernetes`). The file is read
 * for every login, because Kubernetes replaces it.
 */
export function kubernetesToken(
  ask: AskTransit,
  { role, mount, file }: { role: string; mount: string; file: string },
  clock: LeaseClock,
): TransitToken {
  let held: { token: string; until: number } | undefined
  let running: Promise<string> | undefined

  async function login(): Promise<string> {
    const jwt = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw new UnavailableError('The service-account token for Vault cannot be read.', { cause })
    })
    const answer = await ask(`auth/${mount}/login`, Login, { body: { role, jwt: jwt.trim() } })
    if (answer.kind !== 'answered')
      throw new UnavailableError(`Vault does not let this service account in under the role ${role}.`)
    const { client_token: token, lease_duration: seconds } = answer.value.auth
    held = { token, until: seconds === 0 ? Number.POSITIVE_INFINITY : clock.now() + seconds * 1000 * USED_SHARE }
    return token
  }

  return {
    async get() {
      if (held && held.until > clock.now()) return held.token
      running ??= login().finally(() => {
        running = undefined
      })
      return running
    },
    forget(token) {
      if (held?.token === token) held = undefined
      return true
    },
    // Nothing to do while nobody asks: the next one logs in.
    keep: async () => undefined,
  }
}

/**
 * A token from the settings. It is renewed while Vault allows it. `onTrouble` is called ahead of the end of a token that
 * cannot be renewed any further.
 */
export function givenToken(ask: AskTransit, token: string, clock: LeaseClock = systemClock): TransitToken {
  async function lookUp(): Promise<Lease> {
    const answer = await ask('auth/token/lookup-self', Looked, { token })
    if (answer.kind !== 'answered')
      throw new UnavailableError('The token for Vault is over, or may not look itself up.')
    return { seconds: answer.value.data.ttl, isRenewable: answer.value.data.renewable }
  }
  async function renew(): Promise<Lease> {
    const answer = await ask('auth/token/renew-self', Renewed, { token, body: {} })
    if (answer.kind !== 'answered') throw new UnavailableError('The token for Vault is over, or may not renew itself.')
    return { seconds: answer.value.auth.lease_duration, isRenewable: answer.value.auth.renewable }
  }
  /** Ends when there is nothing (more) to renew. */
  async function renewing(signal: AbortSignal, onTrouble: (error: Error) => void): Promise<void> {
    let lease = await lookUp()
    // Root and other tokens without an end have no seconds left to count.
    while (lease.seconds > 0) {
      if (!lease.isRenewable)
        return onTrouble(new Error(`The token for Vault ends in ${lease.seconds} s and cannot be renewed.`))
      await clock.rest(restMs(lease.seconds), signal)
      if (signal.aborted) return
      const renewed = await renew()
      if (renewed.seconds < lease.seconds)
        onTrouble(new Error(`The token for Vault ends in ${renewed.seconds} s, for good.`))
      lease = renewed
    }
  }

  return {
    get: async () => token,
    forget: () => false,
    async keep(signal, onTrouble) {
      while (!signal.aborted) {
        try {
          return await renewing(signal, onTrouble)
        } catch (error) {
          onTrouble(error as Error)
          await clock.rest(RETRY_MS, signal)
        }
      }
    },
  }
}

type Lease = { seconds: number; isRenewable: boolean }

const restMs = (seconds: number) => Math.min(Math.max(seconds * 1000 * USED_SHARE, 1_000), LONGEST_SLEEP_MS)
