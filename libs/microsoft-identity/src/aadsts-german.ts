import type { Explanations } from './aadsts.ts'

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
      message: 'Die Umleitungs-URI ist für einen öffentlichen Client registriert, es wurde aber ein Schlüssel gesendet.',
      remedy: 'Registrieren Sie die Umleitungs-URI unter der Plattform „Web“, oder stellen Sie die Plattform dieses Kontos auf SPA.',
    },
    AADSTS700016: {
      message: 'In diesem Verzeichnis gibt es keine Anwendung mit dieser Client-ID.',
      remedy:
        'Vergleichen Sie Anwendungs-ID (Client) und Verzeichnis-ID (Mandant) mit der Übersicht der Registrierung und prüfen Sie, ob sie vertauscht sind. Wenn beide stimmen, erteilen Sie die Administratorzustimmung.',
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
    AADSTS90038: { message: 'Das Verzeichnis liegt in einer nationalen Cloud.', remedy: 'Wählen Sie für dieses Konto diese Cloud.' },
    AADSTS50011: {
      message: 'Die Umleitungs-URI ist nicht registriert.',
      remedy: 'Fügen Sie die Umleitungs-URI genau so hinzu, wie Control sie aufführt, unter der Plattform dieses Kontos.',
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
    AADSTS50057: { message: 'Das Microsoft-Konto dieser Person ist deaktiviert.', remedy: 'Aktivieren Sie das Konto in Entra ID.' },
    AADSTS700005: {
      message: 'Der Code wurde für ein anderes Verzeichnis ausgestellt.',
      remedy: 'Melden Sie sich mit einem Konto der erwarteten Organisation an.',
    },
  },
  withoutCode: {
    message: 'Entra ID hat abgelehnt, ohne einen Grund zu nennen.',
    remedy: 'Versuchen Sie es noch einmal; wenn es dabei bleibt, geben Sie die Korrelations-ID an den Microsoft-Support.',
  },
  other: (code, page) => ({ message: `Entra ID hat mit ${code} abgelehnt.`, remedy: `Microsoft erklärt den Code unter ${page}.` }),
}
