import { z } from 'zod'
import { isExampleKey, isExampleText } from './example-key.ts'

// The settings that several services share, each defined once.

const NOT_RANDOM = 'must be random, and this is an example: make one with `openssl rand -base64 32`'

/** A secret as plain text. */
export function secretText({ atLeast }: { atLeast: number }) {
  return z
    .string()
    .min(atLeast, { error: `must be at least ${atLeast} characters`, abort: true })
    .refine((text) => !isExampleKey(text), NOT_RANDOM)
}

/** A token that another service has made; its form is not ours. */
export const GivenToken = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'must be a token')
  .refine((text) => !isExampleText(text), 'must be the token that was made for this service, and this is an example')

/** Comma-separated base64 or base64url keys; `bytes` is the exact length, or the least one. */
function keyList(bytes: { exactly: number } | { atLeast: number }) {
  const fits = (key: Buffer) => ('exactly' in bytes ? key.length === bytes.exactly : key.length >= bytes.atLeast)
  const wanted = 'exactly' in bytes ? `${bytes.exactly}` : `at least ${bytes.atLeast}`
  return z
    .string()
    .regex(/^[A-Za-z0-9+/_=, -]+$/, 'must be comma-separated base64')
    .transform((text) =>
      text.split(',').map((part) => ({ written: part.trim(), key: Buffer.from(part.trim(), 'base64') })),
    )
    .refine((keys) => keys.every(({ key }) => fits(key)), {
      error: `every key must decode to ${wanted} bytes`,
      abort: true,
    })
    .refine((keys) => !keys.some(({ written, key }) => isExampleKey(written, key)), NOT_RANDOM)
    .transform((keys) => keys.map(({ key }) => key))
}

export const KeyEncryptionKeys = keyList({ exactly: 32 })
export const InternalTokenKeys = keyList({ atLeast: 32 })

/** `localhost`, `*.localhost`, 127.0.0.0/8 and [::1]: where plain http is accepted. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(?:localhost|(?:[a-z0-9-]+\.)+localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(hostname)
}

/** An http(s) origin without path, query or user info; plain http on loopback and `*.localhost` only. */
export const Origin = z
  .url({ protocol: /^https?$/ })
  .transform((text) => new URL(text))
  .refine(
    (url) => url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password,
    'must be an origin such as https://phone.example',
  )
  .refine(
    (url) => url.protocol === 'https:' || isLoopbackHost(url.hostname),
    'must be https (plain http is for loopback and *.localhost only)',
  )
  .transform((url) => url.origin)

/** Address of another Jackfield service inside the cluster: plain http is allowed. */
export const ServiceUrl = z.url({ protocol: /^https?$/ }).transform((text) => text.replace(/\/+$/, ''))

const Proxies = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
)

/** Addresses or CIDR ranges whose forwarded headers are trusted; none by default. */
export const TrustedProxies = Proxies.default([])

export const ListenSettings = {
  HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number().int().min(0).max(65535).default(8080),
  /**
   * How long a service answers after SIGTERM while it reports not ready, so that load balancers stop sending requests.
   */
  SHUTDOWN_DELAY_SECONDS: z.coerce.number().min(0).max(300).default(5),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
}

/** Settings of every service. */
export const ServiceSettings = {
  ...ListenSettings,
  DATABASE_URL: z.url({ protocol: /^postgres(?:ql)?$/ }),
  /** `auto`: the service brings its own schema up to date at start; `never`: `main.ts migrate` runs separately. */
  MIGRATE: z.enum(['auto', 'never']).default('auto'),
  /** Most connections to Postgres of one process, queues not counted. */
  DATABASE_POOL_SIZE: z.coerce.number().int().min(2).max(200).default(5),
  INTERNAL_TOKEN_KEYS: InternalTokenKeys,
}

/** Redis or Valkey, and what every key in it begins with, so that several installations can share it. */
export const RedisSettings = {
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  REDIS_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/, 'must be 1 to 40 letters, digits, hyphens or underscores')
    .default('jackfield'),
}
