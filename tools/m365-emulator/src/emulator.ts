import { randomUUID } from 'node:crypto'
import { buildApp } from './app.ts'
import type { Cloud } from './cloud.ts'
import { addDirectory, type DirectoryControl, directoryControl } from './control/directory-control.ts'
import { RequestLog } from './control/request-log.ts'
import { signInHeadless } from './control/sign-in-operations.ts'
import { demoDirectories } from './demo/demo-directories.ts'
import { Clock } from './directory/clock.ts'
import { Directories } from './directory/directories.ts'
import type { DirectorySeedInput } from './directory/seed.ts'
import { DirectoryClouds, ownDeliveryRules, rollKeys } from './directory-clouds.ts'
import { DeviceCodes } from './entra/device-code/device-codes.ts'
import { type TamperInput, Tampering } from './entra/issued-tokens/tampering.ts'
import { SigningKeys } from './entra/keys/signing-keys.ts'
import { EntraSettings } from './entra/settings.ts'
import { MicrosoftSessions } from './entra/sign-in/microsoft-session.ts'
import { Codes } from './entra/token-endpoint/codes.ts'
import { RefreshTokens } from './entra/token-endpoint/refresh-tokens.ts'
import { Faults } from './faults/faults.ts'
import { Notifier } from './graph/notifications/notifier.ts'
import { notifyOfChanges } from './graph/notifications/notify-of-changes.ts'
import { GraphSettings, type ThrottleSettings } from './graph/settings.ts'
import { SubscriptionStore } from './graph/subscriptions/subscription-store.ts'
import { makeServerCertificate, type ServerCertificate } from './server-certificate.ts'
import { resetAll, restoreSnapshot, type Snapshot, takeSnapshot } from './state/snapshot.ts'
import { StateFile } from './state/state-file.ts'
import { setSwitches, usualSwitches } from './switches.ts'

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
  /**
   * Serves https, with a certificate made at the start or this one: Microsoft's client libraries refuse an http
   * authority.
   */
  https?: boolean | ServerCertificate
  /** The origin that clients know, behind a proxy or under a host name; default: where it listens. */
  publicOrigin?: string | undefined
  /** Clients reach Graph under this origin; default: the same as Entra. Every path is served on both. */
  graphOrigin?: string | undefined
  /** Wanted by the control API as a bearer token; without it, that answers programs on this machine only. */
  controlKey?: string | undefined
  /** Keeps what is registered or changed over a restart: read at the start in place of `directories`, if it is there. */
  stateFile?: string | undefined
}

export type M365Emulator = {
  /** Origin of Entra's endpoints, as clients know it. */
  origin: string
  /** Origin of Graph, which is below `/v1.0`. */
  graphOrigin: string
  /** Where it listens; the same as `origin` without a public origin. */
  address: string
  /** With `https`: the certificate as PEM, for clients to trust. */
  certificate: string | undefined
  directory(idOrDomain: string): DirectoryControl
  addDirectory(seed: DirectorySeedInput): DirectoryControl
  directories(): DirectoryControl[]
  requests: RequestLog
  /**
   * Switches for behaviour that public sources leave open. Assign to change; those of one directory are at
   * `directory(...)`, and win there.
   */
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
  /** Directories and switches as they are now. */
  snapshot(): Snapshot
  /**
   * Puts a snapshot, of all or of one directory, in place of what is there; sessions, subscriptions and delta links end,
   * as with a restart.
   */
  restore(snapshot: Snapshot): void
  /** Back to how it started, before a state file: directories, switches and clock, without faults and requests. */
  reset(): void
  /** Adds a signing key for all directories; `keepOld: false` withdraws the old ones at once. */
  rollKeys(options?: { keepOld?: boolean }): Promise<void>
  /** Tampers with the next ID token, once. */
  tamperNextIdToken(tamper: TamperInput): void
  /**
   * Signs a person in as a browser would, second factor and consent included.
   * @returns the address at the application where the browser ends
   */
  signIn(authorizeUrl: string | URL, userName: string, password?: string): Promise<URL>
  /** Moves the clock of all directories forward. */
  advanceTime(milliseconds: number): void
  close(): Promise<void>
}

/** Starts Entra ID and Microsoft Graph on one port. All state is in memory. */
export async function startEmulator({
  port = 0,
  host = '127.0.0.1',
  directories = demoDirectories(),
  entra = {},
  graph = {},
  logLevel = 'silent',
  https = false,
  publicOrigin,
  graphOrigin,
  controlKey,
  stateFile,
}: EmulatorOptions = {}): Promise<M365Emulator> {
  const clock = new Clock()
  const clouds = new DirectoryClouds()
  const switches = usualSwitches()
  setSwitches(switches, { entra: EntraSettings.partial().parse(entra), graph: GraphSettings.partial().parse(graph) })
  const subscriptions = new SubscriptionStore(switches.subscriptionLimits, (id) => cloud.of({ id }).clock.now())
  const notifier = new Notifier(subscriptions, { settings: switches.notifications, clock }, (id) =>
    ownDeliveryRules(cloud.of({ id })),
  )
  const cloud: Cloud = {
    ...switches,
    origin: '',
    graphOrigin: '',
    run: randomUUID(),
    clock,
    directories: new Directories(
      (id) => cloud.of({ id }).clock,
      (directory) => notifyOfChanges(directory, notifier),
    ),
    added: new Map(),
    start: { version: 1, directories: [] },
    keys: await SigningKeys.generate(),
    sessions: new MicrosoftSessions(),
    codes: new Codes(),
    deviceCodes: new DeviceCodes(),
    refreshTokens: new RefreshTokens(),
    tampering: new Tampering(),
    requests: new RequestLog(),
    faults: new Faults(),
    subscriptions,
    notifier,
    of: (directory) => (directory ? clouds.of(cloud, directory.id) : cloud),
    each: () => clouds.all(),
  }
  for (const seed of directories) cloud.directories.add(seed)
  cloud.start = takeSnapshot(cloud)
  const state = stateFile === undefined ? undefined : new StateFile(stateFile, cloud)
  state?.load()
  const certificate = https === true ? makeServerCertificate() : https || undefined
  const app = await buildApp(cloud, { logLevel, certificate, controlKey, onWrite: () => state?.changed() })
  const address = originOf(https ? 'https' : 'http', host, new URL(await app.listen({ port, host })).port)
  cloud.origin = publicOrigin ?? address
  cloud.graphOrigin = graphOrigin ?? cloud.origin

  return {
    origin: cloud.origin,
    graphOrigin: cloud.graphOrigin,
    address,
    certificate: certificate?.cert,
    directory: (idOrDomain) => directoryControl(cloud, idOrDomain),
    addDirectory: (seed) => addDirectory(cloud, seed),
    directories: () => cloud.directories.all().map(({ id }) => directoryControl(cloud, id)),
    requests: cloud.requests,
    entra: cloud.entra,
    graph: cloud.graph,
    throttle: cloud.throttle,
    faults: cloud.faults,
    subscriptions,
    notifications: notifier,
    snapshot: () => takeSnapshot(cloud),
    restore: (snapshot) => restoreSnapshot(cloud, snapshot),
    reset: () => resetAll(cloud),
    rollKeys: (options) => rollKeys(cloud, options),
    tamperNextIdToken: (tamper) => cloud.tampering.next(tamper),
    signIn: (authorizeUrl, userName, password) => signInHeadless(cloud, app, authorizeUrl, userName, password),
    advanceTime: (milliseconds) => cloud.clock.advance(milliseconds),
    async close() {
      await notifier.close()
      await app.close()
      state?.save()
    },
  }
}

/** A server that listens on every address is addressed by loopback. */
function originOf(scheme: string, host: string, port: string): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `${scheme}://${name}:${port}`
}
