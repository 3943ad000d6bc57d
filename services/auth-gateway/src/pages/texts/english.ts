import type { Language } from '@jackfield/contract/tenants/language'
import { html } from '@jackfield/http-server/html'
import { sentences } from '../../errors.ts'
import { sessions } from './english-sessions.ts'

/**
 * What people read, page by page. The other languages have the type of this one: a text that is missing there does not
 * compile.
 */
export const ENGLISH = {
  language: 'en' as Language,
  /** For `Intl`: how dates are written. */
  locale: 'en-GB',
  direction: 'ltr' as 'ltr' | 'rtl',

  forAdmin: (text: string) => `For your administrator: ${text}`,
  code: (code: string) => `Code: ${code}`,
  request: (id: string) => `Request: ${id}`,
  correlationId: (id: string) => `Microsoft correlation id: ${id}`,
  tryAgain: 'Try again',
  backToApp: 'Back to the app',
  useAnotherAccount: 'Use another account',
  continue: 'Continue',
  cancel: 'Cancel',
  oneMoment: 'One moment …',

  error: {
    nothingHere: 'Nothing here',
    unavailable: 'Not available just now',
    cannotGoOn: 'This can’t go on',
    startAgain: 'Go back to the app and start again.',
    startPage: 'Start page',
  },
  refused: sentences,

  problem: {
    code: (code: string, status: number) => `Code ${code}, HTTP status ${status}.`,
    reference: 'Reference of the admin API',
  },

  admission: {
    'not-imported': {
      title: 'You are not set up yet',
      person: 'You are not set up in the phone system yet.',
      admin: 'Import this user in Control: System > Users > Import Microsoft 365 users.',
    },
    'not-active': {
      title: 'Your account is not active',
      person: 'Your account is disabled in the phone system.',
      admin: 'Check in Entra ID that the user is enabled, then synchronise.',
    },
    'sso-not-enabled': {
      title: 'Microsoft sign-in is off for you',
      person: 'Microsoft sign-in is not enabled for you.',
      admin: 'Tick “SSO enabled” for this user in Control: System > Users.',
    },
    'not-bound': {
      title: 'No extension yet',
      person: 'You are not bound to an extension yet.',
      admin: 'Choose a phone system and an extension on the user’s Bindings tab in Control.',
    },
  },
  notSetUp: {
    title: 'Sign-in with Microsoft is not set up',
    person: (tenant: string | undefined) =>
      `Sign-in with Microsoft is not set up for ${tenant ?? 'this organisation'}.`,
    admin: 'Connect a Microsoft 365 account in Control: System > Microsoft 365 > Add account.',
  },
  homeRealm: {
    title: 'Sign in',
    address: 'Your work address',
    hint: 'It only finds your organisation’s sign-in page at Microsoft.',
    malformed: 'Enter your whole work address, such as name@company.com.',
    unknown:
      'No organisation here signs in with this address. Check it, or ask your administrator for your organisation’s own address.',
    useAnotherAddress: 'Use another address',
    chooseTenant: 'Choose your phone system',
    chooseTenantLead: 'You belong to more than one. Sign in to:',
  },
  accountPicker: { title: 'Choose your organisation', lead: 'Sign in with Microsoft as a member of:' },
  wrongDirectory: {
    title: 'That account belongs to another organisation',
    person: (tenant: string | undefined, alias: string) =>
      `Please sign in with your account of ${tenant === undefined ? alias : `${tenant} (${alias})`}.`,
  },
  notReturned: {
    title: 'Did Microsoft not let you in?',
    person: (tenant: string | undefined, alias: string) =>
      `You went to Microsoft a moment ago and did not come back. If Microsoft said that your account does not exist there (AADSTS50020), it belongs to another organisation. Please sign in with your account of ${tenant === undefined ? alias : `${tenant} (${alias})`}.`,
  },
  control: {
    'not-administrator': {
      title: 'You are not an administrator here',
      person: 'Microsoft signed you in, but you are not an administrator of this organisation’s phone system.',
      admin: 'Add this person in Control: System > Administrators.',
    },
    back: 'Back to Control',
  },
  microsoft: {
    noAnswer: 'Microsoft does not answer',
    notSignedIn: 'Microsoft did not sign you in',
    timeout: 'Microsoft took too long to answer. Please try again in a moment.',
    unreachable: 'Microsoft can’t be reached just now. Please try again in a moment.',
    busy: 'Microsoft is busy just now. Please try again in a minute.',
    untrustedCertificate: (code: string) =>
      `The certificate that came from the host of Entra ID is not trusted (${code}). Let whoever runs the platform look at proxies that inspect TLS, at NODE_EXTRA_CA_CERTS, and at the clock.`,
    malformed: 'Microsoft answered in a way we can’t use. Please try again in a moment.',
    'answer-used': 'This answer from Microsoft has expired or was used before. Please try again.',
    rejected: 'Microsoft’s answer could not be accepted. Please try again.',
    needsAdmin: 'The connection to Microsoft needs your administrator.',
    unable: 'Microsoft can’t sign anybody in just now. Please try again in a moment.',
    refused: 'Microsoft did not complete the sign-in.',
    cancelled: {
      title: 'You are not signed in',
      person: 'You cancelled at Microsoft, or your organisation wants an administrator to approve this first.',
      admin:
        'If Microsoft showed “Need admin approval”, let a Privileged Role Administrator or Global Administrator grant admin consent for the account in Control.',
    },
  },
  redeeming: {
    title: 'Signing you in',
    late: 'This takes longer than it should.',
    needsScript: 'This sign-in needs JavaScript. Allow it for this page and sign in again.',
  },
  bridge: {
    title: 'Signing in',
    done: 'You may close this window.',
    nobody:
      'The page that began this sign-in is gone. Close this window and start again in the app. If another site shows the app in a frame, open it in a tab of its own.',
  },
  notFinished: {
    title: 'You are not signed in',
    text: 'The sign-in was cancelled, or it did not end with a session.',
    signIn: 'Sign in',
  },
  protocolError: {
    title: 'This sign-in can’t go on',
    invalid_client: 'The app that sent you here is not known at this address.',
    invalid_redirect_uri: 'The app that sent you here gave a return address that is not registered.',
    invalid_request: 'The request of the app that sent you here is not valid.',
    session_not_found: 'This sign-in has expired, was finished, or was started in another browser.',
    temporarily_unavailable: 'A part of the service is not available just now. Please try again in a moment.',
    server_error: 'Something went wrong on our side.',
  },

  device: {
    title: 'Connect a device',
    enterCode: 'Enter the code that the device shows',
    isYours: 'Is this your device?',
    asks: (device: string, code: string) =>
      html`<strong>${device}</strong> shows the code <strong>${code}</strong> and asks to sign in as you.`,
    from: (address: string | undefined) =>
      `It asked from ${address === undefined ? 'an unknown address' : `the address ${address}`}.`,
    warning: 'Continue only if the device is in front of you and shows this code. If somebody sent you here, cancel.',
    connected: 'The device is connected',
    signsIn: (device: string | undefined) =>
      `${device ?? 'The device'} signs in as you now, until you sign it out under “Your sessions”. You can close this window.`,
    toSessions: 'Your sessions',
    cancelled: 'Cancelled. The device was not connected.',
    noCode: 'Enter the code.',
    expired: 'The code has expired. Let the device show a new one.',
    used: 'The code was used already. Let the device show a new one.',
    otherCode: 'The device shows another code. Look again.',
    failed: 'That did not work. Let the device show a new code.',
  },

  sessions,
  signOut: {
    title: 'Sign out?',
    text: 'This ends your sign-in for the phone apps of this organisation in this browser.',
    yes: 'Sign out',
    no: 'Stay signed in',
    failed: 'You are not signed out',
    unregistered:
      'The app that sent you here wants you to return to an address that is not registered, so nothing was done.',
    notProven: 'The app that sent you here could not show which sign-in is to end, so nothing was done.',
    anyway: 'Sign out here anyway',
    done: 'You are signed out',
    doneText: 'You can close this window, or sign in again. Your Microsoft sign-in in this browser is not touched.',
  },

  consent: {
    toControl: 'Open Control',
    account: (alias: string, text: string) => `Microsoft 365 account “${alias}”: ${text}`,
    granted: {
      title: 'Consent is given',
      text: 'Entra ID confirms the permission.',
      next: 'You can close this page. In Control the account shows the result of the connection test.',
    },
    declined: {
      title: 'Consent was not given',
      text: 'Microsoft reports that the request was cancelled, declined, or not open to this role.',
      next: 'It takes a Privileged Role Administrator or a Global Administrator. Make a new link in Control and send it to one.',
    },
    'not-seen-yet': {
      title: 'Not confirmed yet',
      text: 'Entra ID does not show the permission yet. That can take a few minutes after consent.',
      next: 'Run the connection test in Control in a moment; it says what is missing.',
    },
    'no-credential': {
      title: 'Not confirmed yet',
      text: 'The account has no client secret or certificate yet, so the permission cannot be confirmed.',
      next: 'Enter the credential in Control; the connection test then shows whether consent was given.',
    },
    'not-proven': {
      title: 'Not confirmed',
      text: 'Entra ID does not accept the account’s credential, so the permission cannot be confirmed.',
      next: 'Run the connection test in Control; it says what is wrong.',
    },
  },
}

export type Texts = typeof ENGLISH
