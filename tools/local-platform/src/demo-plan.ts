import type { UserTicks } from '@jackfield/contract/microsoft/import-request'
import type { MicrosoftUser } from '@jackfield/contract/microsoft/microsoft-user'

/** The registration of the demo's Contoso at the emulator. */
export type DemoRegistration = {
  alias: string
  clientId: string
  directoryId: string
  secret: string
  expiresAt: string
}

/** The example web client as an app of the catalogue. */
export const WEB_CLIENT = {
  clientId: 'web-client',
  appOn(baseUrl: string) {
    return {
      name: 'Web Client',
      sharedUrl: baseUrl.replace('://', '://web.'),
      tenantUrl: onTenantHosts(baseUrl),
      callbackPaths: ['/callback.html', '/popup-callback.html'],
      postLogoutPaths: ['/'],
      requiresBinding: true,
      kind: 'browser',
    }
  },
}

/** The React example: its sign-in ends on the gateway's bridge page, so its own path is only its start page. */
const CONTACT_CENTRE = {
  clientId: 'contact-centre',
  appOn(baseUrl: string) {
    const tenantUrl = `${onTenantHosts(baseUrl)}/contact-centre/`
    return {
      name: 'Contact Centre',
      tenantUrl,
      callbackPaths: ['/contact-centre/'],
      postLogoutPaths: ['/contact-centre/'],
      requiresBinding: false,
      kind: 'browser',
    }
  },
}

/** The server-rendered example. */
const PORTAL = {
  clientId: 'portal',
  appOn(baseUrl: string) {
    const tenantUrl = `${onTenantHosts(baseUrl)}/portal/`
    return {
      name: 'Call Portal',
      tenantUrl,
      callbackPaths: ['/portal/'],
      postLogoutPaths: ['/portal/signed-out'],
      requiresBinding: false,
      kind: 'server',
    }
  },
}

/** A phone on a desk, which signs in by device code: no browser returns to it. */
const DESK_PHONE = {
  clientId: 'desk-phone',
  appOn(baseUrl: string) {
    return {
      name: 'Desk Phone',
      tenantUrl: onTenantHosts(baseUrl),
      callbackPaths: [],
      postLogoutPaths: [],
      requiresBinding: true,
      kind: 'device',
    }
  },
}

export const DEMO_APPS = [WEB_CLIENT, CONTACT_CENTRE, PORTAL, DESK_PHONE] as const

function onTenantHosts(baseUrl: string): string {
  return baseUrl.replace('://', '://{tenant}.')
}

/** People the demo does not import, to show their refusal. */
const NOT_IMPORTED = new Set(['Allan Deyoung', 'MOD Administrator', 'Brian Johnson (TAILSPIN)'])
/** Imported, but not allowed to sign in with Microsoft. */
const WITHOUT_SSO = new Set(['Ben Walters'])

export const DEMO_EXTENSIONS: readonly string[] = Array.from({ length: 40 }, (_, index) => String(101 + index))

export const DEMO_BINDINGS: Readonly<Record<string, string>> = {
  'Adele Vance': '101',
  'Diego Siciliani': '102',
  'Megan Bowen': '103',
  'Lee Gu': '104',
  'Isaiah Langer': '105',
  'Ben Walters': '106',
}

/** Ticks people only: rooms and shared mailboxes have no surname. */
export function demoTicks(users: readonly MicrosoftUser[]): UserTicks[] {
  return users
    .filter((user) => user.surname !== null && user.accountEnabled && !NOT_IMPORTED.has(user.displayName))
    .map((user) => ({ id: user.id, sync: true, sso: !WITHOUT_SSO.has(user.displayName) }))
}

/** The demo's administrator, who signs in to Control with Microsoft. */
export const DEMO_ADMINISTRATOR = 'Adele Vance'

/** People and what happens at their sign-in, for the table that `npm start` prints. */
export const DEMO_PEOPLE: ReadonlyArray<{ displayName: string; outcome: string }> = [
  { displayName: 'Adele Vance', outcome: 'signs in, extension 101; administrator, enters Control too' },
  { displayName: 'Alex Wilber', outcome: 'imported, not bound to an extension yet' },
  { displayName: 'Ben Walters', outcome: 'imported, Microsoft sign-in not enabled' },
  { displayName: 'Allan Deyoung', outcome: 'not imported' },
]
