import type { Explanation } from './aadsts.ts'

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
    AADSTS7000218: { message: 'Entra ID wanted a client secret and got none.', remedy: 'Enter a client secret for this account.' },
    AADSTS700025: {
      message: 'The redirect URI is registered for a public client, but a secret was sent.',
      remedy: 'Register the redirect URI under the platform Web, or set this account’s platform to SPA.',
    },
    AADSTS700016: {
      message: 'There is no application with this client id in this directory.',
      remedy:
        'Compare the Application (client) ID and the Directory (tenant) ID with the registration’s overview, and check that they are not swapped. If both are right, grant admin consent.',
    },
    AADSTS7000112: {
      message: 'The application is disabled in this directory.',
      remedy: 'Enable it in Enterprise applications > Properties.',
    },
    AADSTS90002: {
      message: 'There is no directory with this id.',
      remedy: 'Copy the Directory (tenant) ID from the registration’s overview. If it is right, the directory may be in another cloud.',
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
  },
  withoutCode: {
    message: 'Entra ID refused without saying why.',
    remedy: 'Try again; if it stays, give the correlation id to Microsoft support.',
  },
  other: (code: string, page: string): Explanation => ({
    message: `Entra ID refused with ${code}.`,
    remedy: `Microsoft explains the code at ${page}.`,
  }),
}
