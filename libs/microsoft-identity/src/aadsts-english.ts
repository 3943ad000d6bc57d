import type { Explanation } from './aadsts.ts'
import { ENGLISH_FAULTS, ENGLISH_PLATFORM } from './own-faults.ts'

/** The other languages have the type of this one. */
export const ENGLISH_EXPLANATIONS = {
  byCode: {
    AADSTS7000215: {
      message: 'Entra ID does not accept the client secret.',
      remedy:
        'Copy the secret’s Value, not its Secret ID, from Certificates & secrets, and enter it again. A secret created a minute ago may need a moment.',
    },
    AADSTS7000222: {
      message: 'The client secret has expired.',
      remedy: 'Create a new client secret in Certificates & secrets and enter its Value here.',
    },
    AADSTS7000218: {
      message: 'Entra ID wanted a client secret and got none.',
      remedy: 'Enter a client secret for this account.',
    },
    AADSTS700025: {
      message: 'The redirect URI is registered for a public client, but a secret was sent.',
      remedy: 'Register the redirect URI under the platform Web, or set this account’s platform to SPA.',
    },
    AADSTS700016: {
      message: 'There is no application with this client id in this directory.',
      remedy:
        'Compare the Application (client) ID and the Directory (tenant) ID with the registration’s overview, and check that they are not swapped. If both are right, grant admin consent.',
    },
    AADSTS7000229: {
      message: 'Nobody has consented to the application in this directory yet.',
      remedy: 'Let a Privileged Role Administrator or Global Administrator of the directory open the consent link.',
    },
    AADSTS700038: {
      message: 'The client id is not the id of an application.',
      remedy: 'Copy the Application (client) ID from the registration’s overview.',
    },
    AADSTS7000112: {
      message: 'The application is disabled in this directory.',
      remedy: 'Enable it in Enterprise applications > Properties.',
    },
    AADSTS90002: {
      message: 'There is no directory with this id.',
      remedy:
        'Copy the Directory (tenant) ID from the registration’s overview. If it is right, the directory may be in another cloud.',
    },
    AADSTS900023: {
      message: 'The directory id is not one Entra ID can read.',
      remedy: 'Copy the Directory (tenant) ID from the registration’s overview.',
    },
    AADSTS90038: { message: 'The directory is in a national cloud.', remedy: 'Choose that cloud for this account.' },
    AADSTS50011: {
      message: 'The redirect URI is not registered.',
      remedy: 'Add the redirect URI exactly as listed here, under the platform of this account.',
    },
    AADSTS65001: {
      message: 'Consent has not been given.',
      remedy: 'Let a Privileged Role Administrator or Global Administrator grant admin consent.',
    },
    AADSTS500011: {
      message: 'The directory does not know the resource that was asked for.',
      remedy: 'Grant admin consent, and check the cloud of this account.',
    },
    AADSTS50105: {
      message: 'The application is limited to assigned users, and this user is not one of them.',
      remedy: 'Assign the user or a group in Enterprise applications > Users and groups.',
    },
    AADSTS53003: {
      message: 'A Conditional Access policy blocks this sign-in.',
      remedy: 'Look at the sign-in log in Entra ID for the policy that applied.',
    },
    AADSTS50057: { message: 'The user’s Microsoft account is disabled.', remedy: 'Enable the account in Entra ID.' },
    AADSTS700005: {
      message: 'The code was issued for another directory.',
      remedy: 'Sign in with an account of the expected organisation.',
    },
    AADSTS700027: {
      message: 'Entra ID does not accept the certificate’s signature.',
      remedy:
        'Upload this account’s certificate in Certificates & secrets > Certificates, and compare the thumbprints.',
    },
    AADSTS700024: { ...ENGLISH_FAULTS.wrong_time },
    AADSTS70021: {
      message: 'The application trusts no federated credential that fits this installation.',
      remedy:
        'Compare issuer, subject and audience in Certificates & secrets > Federated credentials. A new one needs some minutes.',
    },
    AADSTS50194: {
      message: 'The application is of one directory only, and was asked for without naming it.',
      remedy: 'Check the Directory (tenant) ID of this account.',
    },
    AADSTS65004: {
      message: 'Consent was declined.',
      remedy: 'Let a Privileged Role Administrator or Global Administrator open the consent link again and accept.',
    },
    AADSTS90094: {
      message: 'Only an administrator may give this consent, and this one’s role is not enough.',
      remedy:
        'It takes the role Privileged Role Administrator or Global Administrator. Send the consent link or a hand-over link to a colleague who has it.',
    },
    AADSTS50020: {
      message: 'The account is not one of the expected directory.',
      remedy:
        'Sign in with an account of the expected organisation, or let its administrator invite this one as a guest.',
    },
    AADSTS500208: {
      message: 'A personal Microsoft account was used.',
      remedy: 'Sign in with a work or school account.',
    },
    AADSTS500212: {
      message: 'Cross-tenant access settings block this sign-in.',
      remedy:
        'Let the administrators of both organisations look at External Identities > Cross-tenant access settings.',
    },
    AADSTS500021: {
      message: 'The network allows sign-in to other directories only (tenant restrictions).',
      remedy: 'Let the network’s administrator allow this directory.',
    },
    AADSTS50053: {
      message: 'The account is locked after too many attempts, or the attempt came from an address with a bad name.',
      remedy: 'Wait and try again, or let an administrator look at the sign-in log in Entra ID.',
    },
    AADSTS50055: { message: 'The password has expired.', remedy: 'Change it at Microsoft, then sign in again.' },
    AADSTS50126: {
      message: 'User name or password is wrong.',
      remedy: 'Try again, or let an administrator reset the password.',
    },
    AADSTS50058: { message: 'Nobody is signed in at Microsoft in this browser.', remedy: 'Sign in again.' },
    AADSTS50076: {
      message: 'Microsoft wants a further proof (multi-factor authentication).',
      remedy: 'Sign in again and complete it; set it up first where Microsoft asks for that.',
    },
    AADSTS54005: { message: 'The code was used before.', remedy: 'Sign in again.' },
    AADSTS70008: { message: 'The sign-in at Microsoft has expired or was revoked.', remedy: 'Sign in again.' },
    AADSTS9002325: {
      message: 'The redirect URI is registered under another platform than this account says.',
      remedy: 'Compare the platform (Web or Single-page application) in Authentication with that of this account.',
    },
    AADSTS9002326: { ...ENGLISH_FAULTS.redemption_blocked, message: ENGLISH_PLATFORM },
    AADSTS501481: {
      message: 'The proof key of this sign-in does not fit.',
      remedy: 'Sign in again, in one browser window.',
    },
    AADSTS900144: {
      message: 'Entra ID could make nothing of the request. That is a mistake of this platform.',
      remedy: 'Give the code and the correlation id to whoever runs the platform.',
    },
    AADSTS50196: {
      message: 'Entra ID stopped a loop: the same was asked for again and again.',
      remedy: 'Wait a few minutes. If it stays, tell whoever runs the platform.',
    },
    AADSTS90033: { message: 'Entra ID is busy or down for the moment.', remedy: 'Try again in a few minutes.' },
    AADSTS50000: {
      message: 'Something went wrong inside Entra ID.',
      remedy: 'Try again; if it stays, give the correlation id to Microsoft support.',
    },
  },
  /** No correlation id comes with these, so none is asked for. */
  byError: {
    ...ENGLISH_FAULTS,
    other_cloud: {
      message: 'The directory is in another Microsoft cloud.',
      remedy: 'Choose that cloud for this account.',
    },
    invalid_tenant: {
      message: 'There is no directory with this id.',
      remedy:
        'Copy the Directory (tenant) ID from the registration’s overview. If it is right, the directory may be in another cloud.',
    },
    access_denied: {
      message: 'The person cancelled, or the application needs an administrator’s approval.',
      remedy: 'Let a Privileged Role Administrator or Global Administrator grant admin consent, and try again.',
    },
    consent_required: {
      message: 'Consent has not been given.',
      remedy: 'Let a Privileged Role Administrator or Global Administrator grant admin consent.',
    },
    interaction_required: {
      message: 'Microsoft wants to ask the person something first.',
      remedy: 'Sign in again; if it stays, look at the sign-in log in Entra ID.',
    },
    invalid_client: {
      message: 'Entra ID does not accept the application’s credential.',
      remedy: 'Compare client id and credential of this account with the registration.',
    },
    unauthorized_client: {
      message: 'Entra ID does not let this application do what it asked for.',
      remedy: 'Compare client id and platform of this account with the registration, and grant admin consent.',
    },
    server_error: {
      message: 'Something went wrong inside Entra ID.',
      remedy: 'Try again in a few minutes; if it stays, look at Microsoft’s service health.',
    },
    temporarily_unavailable: {
      message: 'Entra ID is busy or down for the moment.',
      remedy: 'Try again in a few minutes; if it stays, look at Microsoft’s service health.',
    },
  },
  withoutCode: {
    message: 'Entra ID refused without saying why.',
    remedy: 'Try again; if it stays, look at the sign-in log in Entra ID.',
  },
  other: (code: string, page: string): Explanation => ({
    message: `Entra ID refused with ${code}.`,
    remedy: `Microsoft explains the code at ${page}.`,
  }),
}
