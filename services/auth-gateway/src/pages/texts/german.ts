import { html } from '@jackfield/http-server/html'
import type { Texts } from './english.ts'
import { GERMAN_CONSENT } from './german-consent.ts'
import { GERMAN_REFUSALS } from './german-refusals.ts'
import { sessions } from './german-sessions.ts'

/** Control speaks English, so its pages and buttons are named as they stand there. */
export const GERMAN: Texts = {
  language: 'de',
  locale: 'de-DE',
  direction: 'ltr',

  forAdmin: (text) => `Für Ihre Administration: ${text}`,
  code: (code) => `Code: ${code}`,
  request: (id) => `Anfrage: ${id}`,
  correlationId: (id) => `Microsoft-Korrelations-ID: ${id}`,
  tryAgain: 'Noch einmal versuchen',
  backToApp: 'Zurück zur App',
  useAnotherAccount: 'Anderes Konto verwenden',
  continue: 'Weiter',
  cancel: 'Abbrechen',
  oneMoment: 'Einen Moment …',

  error: {
    nothingHere: 'Hier ist nichts',
    unavailable: 'Zurzeit nicht verfügbar',
    cannotGoOn: 'Hier geht es nicht weiter',
    startAgain: 'Gehen Sie zurück zur App und beginnen Sie noch einmal.',
    startPage: 'Startseite',
  },
  refused: GERMAN_REFUSALS,

  problem: {
    code: (code, status) => `Code ${code}, HTTP-Status ${status}.`,
    reference: 'Referenz der Admin-API',
  },

  admission: {
    'not-imported': {
      title: 'Sie sind noch nicht eingerichtet',
      person: 'Sie sind in der Telefonanlage noch nicht eingerichtet.',
      admin: 'Importieren Sie diese Person in Control: System > Users > Import Microsoft 365 users.',
    },
    'not-active': {
      title: 'Ihr Konto ist nicht aktiv',
      person: 'Ihr Konto ist in der Telefonanlage deaktiviert.',
      admin: 'Prüfen Sie in Entra ID, ob die Person aktiviert ist, und synchronisieren Sie dann.',
    },
    'sso-not-enabled': {
      title: 'Die Anmeldung mit Microsoft ist für Sie nicht eingeschaltet',
      person: 'Die Anmeldung mit Microsoft ist für Sie nicht aktiviert.',
      admin: 'Haken Sie in Control für diese Person „SSO enabled“ an: System > Users.',
    },
    'not-bound': {
      title: 'Noch keine Nebenstelle',
      person: 'Ihnen ist noch keine Nebenstelle zugeordnet.',
      admin:
        'Wählen Sie in Control auf der Registerkarte „Bindings“ dieser Person eine Telefonanlage und eine Nebenstelle.',
    },
  },
  notSetUp: {
    title: 'Die Anmeldung mit Microsoft ist nicht eingerichtet',
    person: (tenant) => `Für ${tenant ?? 'diese Organisation'} ist die Anmeldung mit Microsoft nicht eingerichtet.`,
    admin: 'Verbinden Sie in Control ein Microsoft-365-Konto: System > Microsoft 365 > Add account.',
  },
  homeRealm: {
    title: 'Anmelden',
    address: 'Ihre dienstliche E-Mail-Adresse',
    hint: 'Mit ihr wird nur die Anmeldeseite Ihrer Organisation bei Microsoft gefunden.',
    malformed: 'Geben Sie Ihre ganze dienstliche Adresse ein, zum Beispiel name@firma.de.',
    unknown:
      'Mit dieser Adresse meldet sich hier keine Organisation an. Prüfen Sie sie, oder fragen Sie Ihren Administrator nach der eigenen Adresse Ihrer Organisation.',
    useAnotherAddress: 'Andere Adresse verwenden',
    chooseTenant: 'Wählen Sie Ihr Telefonsystem',
    chooseTenantLead: 'Sie gehören zu mehreren. Anmelden bei:',
  },
  accountPicker: { title: 'Wählen Sie Ihre Organisation', lead: 'Mit Microsoft anmelden als Mitglied von:' },
  wrongDirectory: {
    title: 'Dieses Konto gehört zu einer anderen Organisation',
    person: (tenant, alias) =>
      `Bitte melden Sie sich mit Ihrem Konto von ${tenant === undefined ? alias : `${tenant} (${alias})`} an.`,
  },
  notReturned: {
    title: 'Hat Microsoft Sie nicht hereingelassen?',
    person: (tenant, alias) =>
      `Sie waren gerade bei Microsoft und sind nicht zurückgekommen. Wenn es dort hieß, Ihr Konto gebe es nicht (AADSTS50020), gehört es zu einer anderen Organisation. Bitte melden Sie sich mit Ihrem Konto von ${tenant === undefined ? alias : `${tenant} (${alias})`} an.`,
  },
  control: {
    'not-administrator': {
      title: 'Sie verwalten diese Telefonanlage nicht',
      person:
        'Microsoft hat Sie angemeldet, aber Sie gehören nicht zur Administration der Telefonanlage dieser Organisation.',
      admin: 'Fügen Sie diese Person in Control hinzu: System > Administrators.',
    },
    back: 'Zurück zu Control',
  },
  microsoft: {
    noAnswer: 'Microsoft antwortet nicht',
    notSignedIn: 'Microsoft hat Sie nicht angemeldet',
    timeout: 'Microsoft hat zu lange nicht geantwortet. Bitte versuchen Sie es gleich noch einmal.',
    unreachable: 'Microsoft ist zurzeit nicht erreichbar. Bitte versuchen Sie es gleich noch einmal.',
    busy: 'Microsoft ist zurzeit überlastet. Bitte versuchen Sie es in einer Minute noch einmal.',
    untrustedCertificate: (code) =>
      `Dem Zertifikat, das vom Host von Entra ID kam, wird nicht vertraut (${code}). Wer die Plattform betreibt, prüft Proxys, die TLS aufbrechen, NODE_EXTRA_CA_CERTS und die Uhr.`,
    malformed: 'Mit der Antwort von Microsoft können wir nichts anfangen. Bitte versuchen Sie es gleich noch einmal.',
    'answer-used':
      'Diese Antwort von Microsoft ist abgelaufen oder wurde schon benutzt. Bitte versuchen Sie es noch einmal.',
    rejected: 'Die Antwort von Microsoft konnte nicht angenommen werden. Bitte versuchen Sie es noch einmal.',
    needsAdmin: 'Um die Verbindung zu Microsoft muss sich Ihre Administration kümmern.',
    unable: 'Microsoft kann zurzeit niemanden anmelden. Bitte versuchen Sie es gleich noch einmal.',
    refused: 'Microsoft hat die Anmeldung nicht abgeschlossen.',
    cancelled: {
      title: 'Sie sind nicht angemeldet',
      person:
        'Sie haben bei Microsoft abgebrochen, oder Ihre Organisation verlangt zuerst die Genehmigung durch einen Administrator.',
      admin:
        'Wenn Microsoft „Administratorgenehmigung erforderlich“ angezeigt hat, lassen Sie einen „Administrator für privilegierte Rollen“ oder „Globalen Administrator“ für das Konto in Control die Administratorzustimmung erteilen.',
    },
  },
  redeeming: {
    title: 'Sie werden angemeldet',
    late: 'Das dauert länger, als es sollte.',
    needsScript:
      'Diese Anmeldung braucht JavaScript. Erlauben Sie es für diese Seite und melden Sie sich noch einmal an.',
  },
  bridge: {
    title: 'Anmeldung',
    done: 'Sie können dieses Fenster schließen.',
    nobody:
      'Die Seite, die diese Anmeldung begonnen hat, gibt es nicht mehr. Schließen Sie dieses Fenster und beginnen Sie in der App noch einmal. Wenn eine andere Website die App in einem Rahmen zeigt, öffnen Sie sie in einem eigenen Tab.',
  },
  notFinished: {
    title: 'Sie sind nicht angemeldet',
    text: 'Die Anmeldung wurde abgebrochen, oder sie endete ohne Sitzung.',
    signIn: 'Anmelden',
  },
  protocolError: {
    title: 'Diese Anmeldung kann nicht weitergehen',
    invalid_client: 'Die App, die Sie hergeschickt hat, ist unter dieser Adresse nicht bekannt.',
    invalid_redirect_uri:
      'Die App, die Sie hergeschickt hat, hat eine Rückkehradresse genannt, die nicht registriert ist.',
    invalid_request: 'Die Anfrage der App, die Sie hergeschickt hat, ist ungültig.',
    session_not_found:
      'Diese Anmeldung ist abgelaufen, wurde schon abgeschlossen oder in einem anderen Browser begonnen.',
    temporarily_unavailable:
      'Ein Teil des Dienstes ist zurzeit nicht verfügbar. Bitte versuchen Sie es gleich noch einmal.',
    server_error: 'Bei uns ist etwas schiefgegangen.',
  },

  device: {
    title: 'Ein Gerät verbinden',
    enterCode: 'Geben Sie den Code ein, den das Gerät anzeigt',
    isYours: 'Ist das Ihr Gerät?',
    asks: (device, code) =>
      html`<strong>${device}</strong> zeigt den Code <strong>${code}</strong> an und möchte sich in Ihrem Namen anmelden.`,
    from: (address) =>
      `Die Anfrage kam von ${address === undefined ? 'einer unbekannten Adresse' : `der Adresse ${address}`}.`,
    warning:
      'Fahren Sie nur fort, wenn das Gerät vor Ihnen steht und diesen Code anzeigt. Wenn jemand Sie hergeschickt hat, brechen Sie ab.',
    connected: 'Das Gerät ist verbunden',
    signsIn: (device) =>
      `${device ?? 'Das Gerät'} ist jetzt in Ihrem Namen angemeldet, bis Sie es unter „Ihre Sitzungen“ abmelden. Sie können dieses Fenster schließen.`,
    toSessions: 'Ihre Sitzungen',
    cancelled: 'Abgebrochen. Das Gerät wurde nicht verbunden.',
    noCode: 'Geben Sie den Code ein.',
    expired: 'Der Code ist abgelaufen. Lassen Sie das Gerät einen neuen anzeigen.',
    used: 'Der Code wurde schon benutzt. Lassen Sie das Gerät einen neuen anzeigen.',
    otherCode: 'Das Gerät zeigt einen anderen Code an. Sehen Sie noch einmal nach.',
    failed: 'Das hat nicht geklappt. Lassen Sie das Gerät einen neuen Code anzeigen.',
  },

  sessions,
  signOut: {
    title: 'Abmelden?',
    text: 'Damit endet in diesem Browser Ihre Anmeldung bei den Telefon-Apps dieser Organisation.',
    yes: 'Abmelden',
    no: 'Angemeldet bleiben',
    failed: 'Sie sind nicht abgemeldet',
    unregistered:
      'Die App, die Sie hierher geschickt hat, nennt eine Rückkehradresse, die nicht registriert ist. Es ist nichts geschehen.',
    notProven:
      'Die App, die Sie hierher geschickt hat, konnte nicht zeigen, welche Anmeldung enden soll. Es ist nichts geschehen.',
    anyway: 'Trotzdem hier abmelden',
    done: 'Sie sind abgemeldet',
    doneText:
      'Sie können dieses Fenster schließen oder sich wieder anmelden. Ihre Anmeldung bei Microsoft in diesem Browser bleibt bestehen.',
  },

  consent: GERMAN_CONSENT,
}
