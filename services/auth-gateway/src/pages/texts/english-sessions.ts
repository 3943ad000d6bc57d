type Named = { browser?: string | undefined; system?: string | undefined }

/** Texts of the page of one's own sessions. */
export const sessions = {
  title: 'Your sessions',
  lead: (person: string) => `Browsers, phones and apps in which ${person} is signed in.`,
  thisBrowser: 'this browser',
  browser: ({ browser, system }: Named) =>
    system === undefined ? (browser ?? 'An unknown browser') : `${browser ?? 'A browser'} on ${system}`,
  unknownDevice: 'A device',
  unknownApp: 'An app',
  kind: { device: 'device', app: 'app on a computer or phone' },
  signedIn: 'Signed in',
  connected: 'Connected',
  lastUsed: 'Last used',
  askedFrom: (address: string) => `asked from the address ${address}`,
  newDevice: (device: string, since: string) =>
    `${device} was connected on ${since}. If that was not you, sign it out below and tell your administrator.`,
  signOut: 'Sign out',
  signOutOf: (name: string, since: string) => `Sign out ${name}, signed in ${since}`,
  signOutOthers: (count: number) => `Sign out all ${count} others`,
  keepDevices: 'Keep my phones and devices signed in',
  advice:
    'Signing out here does not sign you out of Microsoft. If you don’t know one of these sessions, sign it out, change your Microsoft password and tell your administrator.',
  none: 'You are not signed in',
  noneText: 'Sign in to one of your phone apps in this browser. Then this page shows where else you are signed in.',
}
