import type { Language } from '@jackfield/contract/tenants/language'

// Faults of a connection that are seen here, and that Entra ID has no number or error for.

/** By our own names, which stand where Entra ID's `error` would. */
export const ENGLISH_FAULTS = {
  wrong_time: {
    message: 'Entra ID says that what this server signed is not valid at this time: the server’s clock is off.',
    remedy: 'Let whoever runs the platform set the clock, and look at its time synchronisation (NTP).',
  },
  foreign_endpoint: {
    message: 'What came as Entra ID’s description of itself leads to an address elsewhere, so nothing was sent there.',
    remedy:
      'Let whoever runs the platform look at what answers in place of Entra ID: a proxy, name resolution, or MICROSOFT_LOGIN_URL.',
  },
  redemption_blocked: {
    message:
      'Entra ID did not let the browser redeem the sign-in. Most likely the redirect URIs are registered under the platform Web.',
    remedy:
      'Move them to the platform Single-page application in Authentication, or choose Web for this account. Then test the connection.',
  },
}

export const GERMAN_FAULTS: typeof ENGLISH_FAULTS = {
  wrong_time: {
    message:
      'Laut Entra ID gilt zu dieser Zeit nicht, was dieser Server signiert hat: Die Uhr des Servers geht falsch.',
    remedy: 'Wer die Plattform betreibt, stellt die Uhr und prüft ihren Zeitabgleich (NTP).',
  },
  foreign_endpoint: {
    message:
      'Was als Beschreibung von Entra ID kam, führt zu einer fremden Adresse. Darum wurde nichts dorthin gesendet.',
    remedy:
      'Wer die Plattform betreibt, prüft, was anstelle von Entra ID antwortet: ein Proxy, die Namensauflösung oder MICROSOFT_LOGIN_URL.',
  },
  redemption_blocked: {
    message:
      'Entra ID ließ den Browser die Anmeldung nicht einlösen. Wahrscheinlich stehen die Umleitungs-URIs unter der Plattform „Web“.',
    remedy:
      'Verschieben Sie sie unter „Authentifizierung“ zur Plattform „Single-Page-Webanwendung“, oder wählen Sie für dieses Konto „Web“. Testen Sie dann die Verbindung.',
  },
}

export const ENGLISH_PLATFORM =
  'The redirect URIs are registered under the platform Web, and this account says Single-page application.'
export const GERMAN_PLATFORM =
  'Die Umleitungs-URIs stehen unter der Plattform „Web“, und dieses Konto nennt „Single-Page-Webanwendung“.'

type Told = { message: string; remedy: string }

const CLOCK: Readonly<Record<Language, (minutes: number, isBehind: boolean) => Told>> = {
  en: (minutes, isBehind) => ({
    message: `The server’s clock is ${minutes === 1 ? 'a minute' : `${minutes} minutes`} ${isBehind ? 'behind' : 'ahead of'} Microsoft’s.`,
    remedy: ENGLISH_FAULTS.wrong_time.remedy,
  }),
  de: (minutes, isBehind) => ({
    message: `Die Uhr des Servers geht gegenüber der von Microsoft ${minutes === 1 ? 'eine Minute' : `${minutes} Minuten`} ${isBehind ? 'nach' : 'vor'}.`,
    remedy: GERMAN_FAULTS.wrong_time.remedy,
  }),
}

/** `seconds`: how far our clock is behind Microsoft's; negative: ahead. */
export function explainClock(seconds: number, language: Language = 'en'): Told {
  return CLOCK[language](Math.max(1, Math.round(Math.abs(seconds) / 60)), seconds > 0)
}
