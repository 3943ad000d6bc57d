import type { sessions as ENGLISH } from './english-sessions.ts'

export const sessions: typeof ENGLISH = {
  title: 'Ihre Sitzungen',
  lead: (person) => `Browser, Telefone und Apps, in denen ${person} angemeldet ist.`,
  thisBrowser: 'dieser Browser',
  browser: ({ browser, system }) =>
    system === undefined ? (browser ?? 'Ein unbekannter Browser') : `${browser ?? 'Ein Browser'} auf ${system}`,
  unknownDevice: 'Ein Gerät',
  unknownApp: 'Eine App',
  kind: { device: 'Gerät', app: 'App auf einem Computer oder Telefon' },
  signedIn: 'Angemeldet',
  connected: 'Verbunden',
  lastUsed: 'Zuletzt benutzt',
  askedFrom: (address) => `angefragt von der Adresse ${address}`,
  newDevice: (device, since) =>
    `${device} wurde am ${since} verbunden. Wenn Sie das nicht waren, melden Sie es unten ab und sagen Sie Ihrer Administration Bescheid.`,
  signOut: 'Abmelden',
  signOutOf: (name, since) => `${name} abmelden, angemeldet ${since}`,
  signOutOthers: (count) => `Alle ${count} anderen abmelden`,
  keepDevices: 'Meine Telefone und Geräte angemeldet lassen',
  advice:
    'Wenn Sie sich hier abmelden, bleiben Sie bei Microsoft angemeldet. Wenn Sie eine dieser Sitzungen nicht kennen, melden Sie sie ab, ändern Sie Ihr Microsoft-Kennwort und sagen Sie Ihrer Administration Bescheid.',
  none: 'Sie sind nicht angemeldet',
  noneText:
    'Melden Sie sich in diesem Browser bei einer Ihrer Telefon-Apps an. Dann zeigt diese Seite, wo Sie noch angemeldet sind.',
}
