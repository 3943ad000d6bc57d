import { randomUUID } from 'node:crypto'
import { buildApp } from './app.ts'
import type { Cloud } from './cloud.ts'
import { type DirectoryControl, directoryControl } from './control/directory-control.ts'
import { RequestLog } from './control/request-log.ts'
import { signInHeadless } from './control/sign-in-operations.ts'
import { demoDirectories } from './demo/demo-directories.ts'
import { Clock } from './directory/clock.ts'
import { Directories } from './directory/directories.ts'
import type { DirectorySeedInput } from './directory/seed.ts'
import { DeviceCodes } from './entra/device-code/device-codes.ts'
import { type TamperInput, Tampering } from './entra/issued-tokens/tampering.ts'
import { SigningKeys } from './entra/keys/signing-keys.ts'
import { EntraSettings, USUAL_ENTRA_SETTINGS } from './entra/settings.ts'
import { MicrosoftSessions } from './entra/sign-in/microsoft-session.ts'
import { Codes } from './entra/token-endpoint/codes.ts'
import { RefreshTokens } from './entra/token-endpoint/refresh-tokens.ts'
import { Faults } from './faults/faults.ts'
import { Notifier } from './graph/notifications/notifier.ts'
import { notifyOfChanges } from './graph/notifications/notify-of-changes.ts'
import { GraphSettings, USUAL_GRAPH_SETTINGS } from './graph/settings.ts'
import { SubscriptionStore } from './graph/subscriptions/subscription-store.ts'
import type { ThrottleSettings } from './graph/throttle.ts'
import { makeServerCertificate } from './server-certificate.ts'

export type EmulatorOptions = {
  /** Default 0: a free port. */
  port?: number
  host?: string
  /** Default: the demo directories Contoso, Fabrikam and Adatum. */
  directories?: readonly DirectorySeedInput[] | undefined
  /** Overrides of the usual behaviour. */
  entra?: Partial<EntraSettings> | undefined
  graph?: Partial<GraphSettings> | undefined
  logLevel?: string
  /** Serves https with a certificate made at the start: Microsoft's client libraries refuse an http authority. */
  https?: boolean
}

export type M365Emulator = {
  /** Origin of Entra's endpoints, and of Graph below `/v1.0`. */
  origin: string
  /** With `https`: the certificate as PEM, for clients to trust. */
  certificate: string | undefined
  directory(idOrDomain: string): DirectoryControl
  addDirectory(seed: DirectorySeedInput): DirectoryControl
  directories(): DirectoryControl[]
  requests: RequestLog
  /** Switches for behaviour that public sources leave open. Assign to change. */
  entra: EntraSettings
  /** Page sizes, and switches for behaviour that public sources leave open. Assign to change. */
  graph: GraphSettings
  /** Quotas of resource units. Assign to change. */
  throttle: ThrottleSettings
  /** Plans faults of Graph's and Entra's answers. */
  faults: Faults
  /** Subscriptions and their limits. Assign to change. */
  subscriptions: SubscriptionStore
  /** Delivery times, planned faults, lifecycle events, and `settled()`. */
  notifications: Notifier
  /** Adds a signing key; `keepOld: false` withdraws the old ones at once. */
  rollKeys(options?: { keepOld?: boolean }): Promise<void>
  /** Tampers with the next ID token, once. */
  tamperNextIdToken(tamper: TamperInput): void
  /**
   * Signs a person in as a browser would, second factor and consent included.
   * @returns the address at the application where the browser ends
   */
  signIn(authorizeUrl: string | URL, userName: string, password?: string): Promise<URL>
  /** Moves the emulator's clock forward. */
  advanceTime(milliseconds: number): void
  close(): Promise<void>
}

/** Starts Entra ID and Microsoft Graph on one origin. All state is in memory. */
export async function startEmulator({
  port = 0,
  host = '127.0.0.1',
  directories = demoDirectories(),
  entra = {},
  graph = {},
  logLevel = 'silent',
  https = false,
}: EmulatorOptions = {}): Promise<M365Emulator> {
  const clock = new Clock()
  const subscriptions = new SubscriptionStore(clock)
  const notifications = new Notifier(subscriptions, clock)
  const cloud: Cloud = {
    origin: '',
    run: randomUUID(),
    clock,
    directories: new Directories(clock, (directory) => notifyOfChanges(directory, notifications)),
    keys: await SigningKeys.generate(),
    sessions: new MicrosoftSessions(),
    codes: new Codes(),
    deviceCodes: new DeviceCodes(),
    refreshTokens: new RefreshTokens(),
    tampering: new Tampering(),
    requests: new RequestLog(),
    entra: { ...USUAL_ENTRA_SETTINGS, ...EntraSettings.partial().parse(entra) },
    graph: { ...USUAL_GRAPH_SETTINGS, ...GraphSettings.partial().parse(graph) },
    throttle: { enabled: true, unitsPerWindow: null, sendRetryAfter: true },
    faults: new Faults(),
    subscriptions,
    notifications,
  }
  for (const seed of directories) cloud.directories.add(seed)
  const certificate = https ? makeServerCertificate() : undefined
  const app = await buildApp(cloud, logLevel, certificate)
  cloud.origin = originOf(https ? 'https' : 'http', host, new URL(await app.listen({ port, host })).port)

  return {
    origin: cloud.origin,
    certificate: certificate?.cert,
    directory: (idOrDomain) => directoryControl(cloud, idOrDomain),
    addDirectory: (seed) => directoryControl(cloud, cloud.directories.add(seed).id),
    directories: () => cloud.directories.all().map(({ id }) => directoryControl(cloud, id)),
    requests: cloud.requests,
    entra: cloud.entra,
    graph: cloud.graph,
    throttle: cloud.throttle,
    faults: cloud.faults,
    subscriptions,
    notifications,
    rollKeys: (options) => cloud.keys.roll(options),
    tamperNextIdToken: (tamper) => cloud.tampering.next(tamper),
    signIn: (authorizeUrl, userName, password) => signInHeadless(cloud, app, authorizeUrl, userName, password),
    advanceTime: (milliseconds) => cloud.clock.advance(milliseconds),
    async close() {
      await notifications.close()
      await app.close()
    },
  }
}

/** A server that listens on every address is addressed by loopback. */
function originOf(scheme: string, host: string, port: string): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `${scheme}://${name}:${port}`
}
