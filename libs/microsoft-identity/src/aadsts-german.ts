import type { Explanations } from './aadsts.ts'
import { GERMAN_FAULTS, GERMAN_PLATFORM } from './own-faults.ts'

/** Names of pages and fields are those of the German Entra admin center. */
export const GERMAN_EXPLANATIONS: Explanations = {
  byCode: {
    AADSTS7000215: {
      message: 'Entra ID nimmt den geheimen Clientschlüssel nicht an.',
      remedy:
        'Kopieren Sie unter „Zertifikate & Geheimnisse“ den Wert des Schlüssels, nicht die Geheimnis-ID, und geben Sie ihn noch einmal ein. Ein Schlüssel, der erst eine Minute alt ist, braucht vielleicht noch einen Moment.',
    },
    AADSTS7000222: {
      message: 'Der geheime Clientschlüssel ist abgelaufen.',
      remedy: 'Erstellen Sie unter „Zertifikate & Geheimnisse“ einen neuen und geben Sie seinen Wert in Control ein.',
    },
    AADSTS7000218: {
      message: 'Entra ID wollte einen geheimen Clientschlüssel und bekam keinen.',
      remedy: 'Geben Sie für dieses Konto einen geheimen Clientschlüssel ein.',
    },
    AADSTS700025: {
      message:
        'Die Umleitungs-URI ist für einen öffentlichen Client registriert, es wurde aber ein Schlüssel gesendet.',
      remedy:
        'Registrieren Sie die Umleitungs-URI unter der Plattform „Web“, oder stellen Sie die Plattform dieses Kontos auf SPA.',
    },
    AADSTS700016: {
      message: 'In diesem Verzeichnis gibt es keine Anwendung mit dieser Client-ID.',
      remedy:
        'Vergleichen Sie Anwendungs-ID (Client) und Verzeichnis-ID (Mandant) mit der Übersicht der Registrierung und prüfen Sie, ob sie vertauscht sind. Wenn beide stimmen, erteilen Sie die Administratorzustimmung.',
    },
    AADSTS7000229: {
      message: 'In diesem Verzeichnis hat der Anwendung noch niemand zugestimmt.',
      remedy:
        'Lassen Sie einen Administrator für privilegierte Rollen oder Globalen Administrator des Verzeichnisses den Zustimmungslink öffnen.',
    },
    AADSTS700038: {
      message: 'Die Client-ID ist nicht die ID einer Anwendung.',
      remedy: 'Kopieren Sie die Anwendungs-ID (Client) aus der Übersicht der Registrierung.',
    },
    AADSTS7000112: {
      message: 'Die Anwendung ist in diesem Verzeichnis deaktiviert.',
      remedy: 'Aktivieren Sie sie unter „Unternehmensanwendungen“ > „Eigenschaften“.',
    },
    AADSTS90002: {
      message: 'Es gibt kein Verzeichnis mit dieser ID.',
      remedy:
        'Kopieren Sie die Verzeichnis-ID (Mandant) aus der Übersicht der Registrierung. Wenn sie stimmt, liegt das Verzeichnis vielleicht in einer anderen Cloud.',
    },
    AADSTS900023: {
      message: 'Die Verzeichnis-ID kann Entra ID nicht lesen.',
      remedy: 'Kopieren Sie die Verzeichnis-ID (Mandant) aus der Übersicht der Registrierung.',
    },
    AADSTS90038: {
      message: 'Das Verzeichnis liegt in einer nationalen Cloud.',
      remedy: 'Wählen Sie für dieses Konto diese Cloud.',
    },
    AADSTS50011: {
      message: 'Die Umleitungs-URI ist nicht registriert.',
      remedy:
        'Fügen Sie die Umleitungs-URI genau so hinzu, wie Control sie aufführt, unter der Plattform dieses Kontos.',
    },
    AADSTS65001: {
      message: 'Die Zustimmung wurde nicht erteilt.',
      remedy:
        'Lassen Sie einen „Administrator für privilegierte Rollen“ oder „Globalen Administrator“ die Administratorzustimmung erteilen.',
    },
    AADSTS500011: {
      message: 'Das Verzeichnis kennt die Ressource nicht, um die gebeten wurde.',
      remedy: 'Erteilen Sie die Administratorzustimmung und prüfen Sie die Cloud dieses Kontos.',
    },
    AADSTS50105: {
      message: 'Die Anwendung ist auf zugewiesene Personen beschränkt, und diese Person ist nicht zugewiesen.',
      remedy: 'Weisen Sie die Person oder eine Gruppe unter „Unternehmensanwendungen“ > „Benutzer und Gruppen“ zu.',
    },
    AADSTS53003: {
      message: 'Eine Richtlinie für bedingten Zugriff blockiert diese Anmeldung.',
      remedy: 'Sehen Sie im Anmeldeprotokoll von Entra ID nach, welche Richtlinie angewendet wurde.',
    },
    AADSTS50057: {
      message: 'Das Microsoft-Konto dieser Person ist deaktiviert.',
      remedy: 'Aktivieren Sie das Konto in Entra ID.',
    },
    AADSTS700005: {
      message: 'Der Code wurde für ein anderes Verzeichnis ausgestellt.',
      remedy: 'Melden Sie sich mit einem Konto der erwarteten Organisation an.',
    },
    AADSTS700027: {
      message: 'Entra ID nimmt die Signatur des Zertifikats nicht an.',
      remedy:
        'Laden Sie das Zertifikat dieses Kontos unter „Zertifikate & Geheimnisse“ > „Zertifikate“ hoch und vergleichen Sie die Fingerabdrücke.',
    },
    AADSTS700024: { ...GERMAN_FAULTS.wrong_time },
    AADSTS70021: {
      message: 'Die Anwendung vertraut keiner Verbundanmeldeinformation, die zu dieser Installation passt.',
      remedy:
        'Vergleichen Sie Aussteller, Antragsteller und Zielgruppe unter „Zertifikate & Geheimnisse“ > „Verbundanmeldeinformationen“. Eine neue braucht einige Minuten.',
    },
    AADSTS50194: {
      message: 'Die Anwendung gehört nur einem Verzeichnis, und nach ihr wurde gefragt, ohne es zu nennen.',
      remedy: 'Prüfen Sie die Verzeichnis-ID (Mandant) dieses Kontos.',
    },
    AADSTS65004: {
      message: 'Die Zustimmung wurde abgelehnt.',
      remedy:
        'Lassen Sie einen „Administrator für privilegierte Rollen“ oder „Globalen Administrator“ den Link zur Zustimmung noch einmal öffnen und annehmen.',
    },
    AADSTS90094: {
      message: 'Nur ein Administrator darf diese Zustimmung geben, und die Rolle hier reicht nicht aus.',
      remedy:
        'Nötig ist die Rolle „Administrator für privilegierte Rollen“ oder „Globaler Administrator“. Senden Sie den Link zur Zustimmung oder einen Übergabelink an jemanden mit dieser Rolle.',
    },
    AADSTS50020: {
      message: 'Das Konto gehört nicht zum erwarteten Verzeichnis.',
      remedy:
        'Melden Sie sich mit einem Konto der erwarteten Organisation an, oder lassen Sie dieses dort als Gast einladen.',
    },
    AADSTS500208: {
      message: 'Es wurde ein persönliches Microsoft-Konto verwendet.',
      remedy: 'Melden Sie sich mit einem Geschäfts-, Schul- oder Unikonto an.',
    },
    AADSTS500212: {
      message: 'Mandantenübergreifende Zugriffseinstellungen blockieren diese Anmeldung.',
      remedy:
        'Lassen Sie die Administratoren beider Organisationen unter „External Identities“ die mandantenübergreifenden Einstellungen ansehen.',
    },
    AADSTS500021: {
      message: 'Das Netzwerk lässt nur die Anmeldung bei anderen Verzeichnissen zu (Mandanteneinschränkungen).',
      remedy: 'Lassen Sie den Administrator des Netzwerks dieses Verzeichnis zulassen.',
    },
    AADSTS50053: {
      message: 'Das Konto ist nach zu vielen Versuchen gesperrt, oder der Versuch kam von einer auffälligen Adresse.',
      remedy:
        'Warten Sie und versuchen Sie es noch einmal, oder lassen Sie einen Administrator das Anmeldeprotokoll von Entra ID ansehen.',
    },
    AADSTS50055: {
      message: 'Das Kennwort ist abgelaufen.',
      remedy: 'Ändern Sie es bei Microsoft und melden Sie sich dann noch einmal an.',
    },
    AADSTS50126: {
      message: 'Benutzername oder Kennwort ist falsch.',
      remedy: 'Versuchen Sie es noch einmal, oder lassen Sie einen Administrator das Kennwort zurücksetzen.',
    },
    AADSTS50058: {
      message: 'In diesem Browser ist niemand bei Microsoft angemeldet.',
      remedy: 'Melden Sie sich noch einmal an.',
    },
    AADSTS50076: {
      message: 'Microsoft verlangt einen weiteren Nachweis (mehrstufige Authentifizierung).',
      remedy:
        'Melden Sie sich noch einmal an und erbringen Sie ihn; richten Sie ihn zuerst ein, wenn Microsoft darum bittet.',
    },
    AADSTS54005: { message: 'Der Code wurde schon verwendet.', remedy: 'Melden Sie sich noch einmal an.' },
    AADSTS70008: {
      message: 'Die Anmeldung bei Microsoft ist abgelaufen oder wurde widerrufen.',
      remedy: 'Melden Sie sich noch einmal an.',
    },
    AADSTS9002325: {
      message: 'Die Umleitungs-URI ist unter einer anderen Plattform registriert, als dieses Konto angibt.',
      remedy:
        'Vergleichen Sie die Plattform (Web oder Single-Page-Webanwendung) unter „Authentifizierung“ mit der dieses Kontos.',
    },
    AADSTS9002326: { ...GERMAN_FAULTS.redemption_blocked, message: GERMAN_PLATFORM },
    AADSTS501481: {
      message: 'Der Prüfschlüssel dieser Anmeldung passt nicht.',
      remedy: 'Melden Sie sich noch einmal an, in einem einzigen Browserfenster.',
    },
    AADSTS900144: {
      message: 'Entra ID konnte mit der Anfrage nichts anfangen. Das ist ein Fehler dieser Plattform.',
      remedy: 'Geben Sie Code und Korrelations-ID an die Betreiber der Plattform.',
    },
    AADSTS50196: {
      message: 'Entra ID hat eine Schleife beendet: Dasselbe wurde immer wieder verlangt.',
      remedy: 'Warten Sie einige Minuten. Wenn es dabei bleibt, sagen Sie es den Betreibern der Plattform.',
    },
    AADSTS90033: {
      message: 'Entra ID ist gerade ausgelastet oder nicht erreichbar.',
      remedy: 'Versuchen Sie es in einigen Minuten noch einmal.',
    },
    AADSTS50000: {
      message: 'In Entra ID ist etwas schiefgegangen.',
      remedy:
        'Versuchen Sie es noch einmal; wenn es dabei bleibt, geben Sie die Korrelations-ID an den Microsoft-Support.',
    },
  },
  byError: {
    ...GERMAN_FAULTS,
    other_cloud: {
      message: 'Das Verzeichnis ist in einer anderen Cloud von Microsoft.',
      remedy: 'Wählen Sie diese Cloud für dieses Konto.',
    },
    invalid_tenant: {
      message: 'Es gibt kein Verzeichnis mit dieser ID.',
      remedy:
        'Kopieren Sie die Verzeichnis-ID (Mandant) aus der Übersicht der Registrierung. Wenn sie stimmt, liegt das Verzeichnis vielleicht in einer anderen Cloud.',
    },
    access_denied: {
      message: 'Die Person hat abgebrochen, oder die Anwendung braucht die Genehmigung eines Administrators.',
      remedy:
        'Lassen Sie einen „Administrator für privilegierte Rollen“ oder „Globalen Administrator“ die Administratorzustimmung erteilen und versuchen Sie es noch einmal.',
    },
    consent_required: {
      message: 'Die Zustimmung wurde nicht erteilt.',
      remedy:
        'Lassen Sie einen „Administrator für privilegierte Rollen“ oder „Globalen Administrator“ die Administratorzustimmung erteilen.',
    },
    interaction_required: {
      message: 'Microsoft möchte die Person zuerst etwas fragen.',
      remedy: 'Melden Sie sich noch einmal an; wenn es dabei bleibt, sehen Sie im Anmeldeprotokoll von Entra ID nach.',
    },
    invalid_client: {
      message: 'Entra ID nimmt die Anmeldeinformation der Anwendung nicht an.',
      remedy: 'Vergleichen Sie Client-ID und Anmeldeinformation dieses Kontos mit der Registrierung.',
    },
    unauthorized_client: {
      message: 'Entra ID lässt diese Anwendung nicht tun, was sie wollte.',
      remedy:
        'Vergleichen Sie Client-ID und Plattform dieses Kontos mit der Registrierung, und lassen Sie die Administratorzustimmung erteilen.',
    },
    server_error: {
      message: 'In Entra ID ist etwas schiefgegangen.',
      remedy:
        'Versuchen Sie es in einigen Minuten noch einmal; wenn es dabei bleibt, sehen Sie nach, ob Microsoft eine Störung meldet.',
    },
    temporarily_unavailable: {
      message: 'Entra ID ist gerade ausgelastet oder nicht erreichbar.',
      remedy:
        'Versuchen Sie es in einigen Minuten noch einmal; wenn es dabei bleibt, sehen Sie nach, ob Microsoft eine Störung meldet.',
    },
  },
  withoutCode: {
    message: 'Entra ID hat abgelehnt, ohne einen Grund zu nennen.',
    remedy: 'Versuchen Sie es noch einmal; wenn es dabei bleibt, sehen Sie im Anmeldeprotokoll von Entra ID nach.',
  },
  other: (code, page) => ({
    message: `Entra ID hat mit ${code} abgelehnt.`,
    remedy: `Microsoft erklärt den Code unter ${page}.`,
  }),
}
