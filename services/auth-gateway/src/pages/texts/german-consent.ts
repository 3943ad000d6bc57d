import type { Texts } from './english.ts'

/** What Microsoft's consent page leads back to. */
export const GERMAN_CONSENT: Texts['consent'] = {
  toControl: 'Control öffnen',
  account: (alias, text) => `Microsoft-365-Konto „${alias}“: ${text}`,
  granted: {
    title: 'Die Zustimmung ist erteilt',
    text: 'Entra ID bestätigt die Berechtigung.',
    next: 'Sie können diese Seite schließen. In Control zeigt das Konto das Ergebnis des Verbindungstests.',
  },
  declined: {
    title: 'Die Zustimmung wurde nicht erteilt',
    text: 'Microsoft meldet, dass die Anfrage abgebrochen oder abgelehnt wurde oder dieser Rolle nicht offensteht.',
    next: 'Zustimmen kann, wer „Administrator für privilegierte Rollen“ oder „Globaler Administrator“ ist. Erstellen Sie in Control einen neuen Link und schicken Sie ihn dorthin.',
  },
  'not-seen-yet': {
    title: 'Noch nicht bestätigt',
    text: 'Entra ID zeigt die Berechtigung noch nicht. Nach der Zustimmung kann das einige Minuten dauern.',
    next: 'Führen Sie gleich in Control den Verbindungstest aus; er sagt, was fehlt.',
  },
  'no-credential': {
    title: 'Noch nicht bestätigt',
    text: 'Das Konto hat noch keinen geheimen Clientschlüssel und kein Zertifikat; darum lässt sich die Berechtigung nicht bestätigen.',
    next: 'Tragen Sie die Anmeldedaten in Control ein; der Verbindungstest zeigt dann, ob die Zustimmung erteilt ist.',
  },
  'not-proven': {
    title: 'Nicht bestätigt',
    text: 'Entra ID nimmt die Anmeldedaten des Kontos nicht an; darum lässt sich die Berechtigung nicht bestätigen.',
    next: 'Führen Sie in Control den Verbindungstest aus; er sagt, was nicht stimmt.',
  },
}
