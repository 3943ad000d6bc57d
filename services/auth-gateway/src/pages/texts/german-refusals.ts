import type { sentences } from '../../errors.ts'

/** The sentences of refusals, by code. */
export const GERMAN_REFUSALS: typeof sentences = {
  unauthenticated: 'Dafür müssen Sie angemeldet sein.',
  'foreign-session': 'Die Sitzung gehört zu einer anderen Organisation.',
  'not-bound': 'Für diese App brauchen Sie eine Nebenstelle.',
  'cross-site-request': 'Die Anfrage kommt von einer anderen Website.',
  'link-not-valid': 'Der Link wurde schon benutzt oder ist abgelaufen.',
  'not-found': 'Unter dieser Adresse gibt es nichts.',
  'invalid-path': 'Der Pfad ist ungültig.',
  'invalid-request': 'Die Anfrage ist ungültig.',
  'request-not-readable': 'Die Anfrage ist zu lang oder kein Formular.',
  'origin-not-registered': 'Die Herkunft ist für keine App dieser Adresse registriert.',
  'forwarded-host-differs': 'Der Proxy nennt einen anderen Host als die Anfrage.',
  'return-address-too-long': 'Die Adresse, zu der es zurückgehen soll, ist länger als 8 kB.',
  'unknown-host': 'Keine Organisation verwendet diese Adresse.',
  'session-not-found': 'Diese Sitzung ist schon beendet.',
  'consent-link-not-found':
    'Dieser Link zur Zustimmung ist abgelaufen oder wurde schon benutzt. Erstellen Sie in Control einen neuen.',
  'sign-in-not-found':
    'Diese Anmeldung ist abgelaufen, wurde schon abgeschlossen oder in einem anderen Browser begonnen.',
  'cookies-missing':
    'Ihr Browser hat keine Cookies gesendet, und ohne sie kann sich niemand anmelden. Erlauben Sie Cookies für diese Adresse.',
  'sign-in-used': 'Diese Anmeldung wurde schon benutzt.',
  'sign-in-misdirected': 'Diese Antwort gehört zu einer anderen Anmeldung.',
  'tenant-not-found': 'Keine Organisation hat diesen Namen oder diese Adresse.',
  'microsoft-not-set-up': 'Diese Organisation hat noch kein Microsoft-365-Konto zum Anmelden.',
  'microsoft-unavailable': 'Microsoft ist zurzeit nicht erreichbar. Versuchen Sie es gleich noch einmal.',
  'account-not-found': 'Diese Organisation hat kein solches Microsoft-Konto.',
  'too-many-requests':
    'Von Ihrer Adresse kamen zu viele Anfragen. Warten Sie einen Moment und versuchen Sie es noch einmal.',
  'too-many-calls':
    'Zu viele Aufrufe desselben Aufrufers laufen gerade. Warten Sie einen Moment und versuchen Sie es noch einmal.',
  'too-many-streams':
    'Zu viele Ereignisströme desselben Aufrufers sind offen. Schließen Sie einen, oder fragen Sie den Lauf selbst ab.',
  'temporarily-unavailable': 'Ein Teil des Dienstes ist zurzeit nicht verfügbar.',
  'internal-error': 'Bei uns ist etwas schiefgegangen.',
}
