import { html } from '@jackfield/http-server/html'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { refuse, sentences } from '../src/errors.ts'
import { consentPage, controlFailurePage, controlRefusalPage, problemPage } from '../src/pages/control-pages.ts'
import { type Look, type Page, renderPage } from '../src/pages/layout.ts'
import { noOwnSessionsPage, ownSessionsPage } from '../src/pages/own-sessions-page.ts'
import { providerPages, type ShowPage } from '../src/pages/provider-pages.ts'
import { refusedPage } from '../src/pages/refused-page.ts'
import { redeemInBrowserPage, signedInPage, signOutOnwardPage } from '../src/pages/script-pages.ts'
import {
  accountPickerPage,
  askAddressPage,
  chooseRealmPage,
  chooseTenantPage,
  microsoftFailurePage,
  notReturnedPage,
  notSetUpPage,
  refusalPage,
  signInNotFinishedPage,
  wrongDirectoryPage,
} from '../src/pages/sign-in-pages.ts'
import type { Texts } from '../src/pages/texts/texts.ts'

const details = html`<p class="quiet">Code: AADSTS7000215<br>Request: 0f3c8f6e-6d0a-4f6b-9a31-0f6f2f3b8c11</p>`
const ids = { tenantId: crypto.randomUUID(), accountId: crypto.randomUUID() }
const accounts = [
  { id: '1', alias: 'Head office' },
  { id: '2', alias: 'Branch & sons' },
]
const controlLinks = { tenant: { slug: 'contoso', name: 'Contoso' }, alias: 'Head office' }
const session = {
  browser: { browser: 'Firefox', system: 'Windows' },
  kind: 'browser' as const,
  createdAt: 1_795_000_000,
  usedAt: 1_795_500_000,
  apps: ['Web phone'],
}
const sessions = [
  { ...session, handle: 'a', isOwn: true },
  { ...session, handle: 'b', isOwn: false, browser: { browser: 'Samsung Internet', system: 'Android' } },
  { ...session, handle: 'd', isOwn: false, kind: 'device' as const, apps: ['Desk phone'], address: '192.0.2.7' },
  { ...session, handle: 'e', isOwn: false, kind: 'app' as const, apps: [] },
  { ...session, handle: 'c', isOwn: false, browser: {}, apps: ['Web phone', 'Contact centre', 'Call portal'] },
]

const ways = { startPages: [{ name: 'Web phone', url: 'https://contoso.phone.example/' }] }
const pagesOf = (show: ShowPage) =>
  providerPages(show, { waysOnOf: async () => ways, onWrongUserCode: () => undefined })

function refusalOf(code: keyof typeof sentences) {
  const { status, message } = refuse(code)
  return { status, code, message }
}

/** The page of each refusal, where nothing is known that could go on. */
export const REFUSED_PAGES = Object.keys(sentences).map((code) => {
  const refusal = refusalOf(code as keyof typeof sentences)
  return [code, (texts: Texts, startPages = ways.startPages) => refusedPage(texts, refusal, { startPages })] as const
})

/** What a page of the provider's shows, without the provider. */
function shown(run: (show: ShowPage, ctx: KoaContextWithOIDC) => unknown): (texts: Texts) => Page {
  let page: ((texts: Texts) => Page) | undefined
  const oidc = {
    urlFor: () => '/auth/device',
    session: { exp: 1_900_000_000, state: { secret: 'x' } },
    params: {},
    client: { clientName: 'Desk phone' },
  }
  void run(
    (_ctx, made) => {
      page = made
    },
    { oidc, response: { get: () => '0f3c8f6e' } } as unknown as KoaContextWithOIDC,
  )
  return (texts) => (page as (texts: Texts) => Page)(texts)
}
const wrongCode = { name: 'NotFoundError', userCode: 'BBBB-CCCC' }
const redemption = {
  tokenEndpoint: 'https://login.example/token',
  clientId: 'c',
  code: 'c',
  redirectUri: 'r',
  verifier: 'v',
  scope: 's',
  handle: 'h',
}

/** Every page that people can meet, made by the very functions that make it for them. */
export const PAGES: Readonly<Record<string, (texts: Texts) => Page>> = {
  ...Object.fromEntries(
    (['not-imported', 'not-active', 'sso-not-enabled', 'not-bound'] as const).map((refusal) => [
      refusal,
      (texts: Texts) => refusalPage(texts, refusal, 'uid', ids.accountId),
    ]),
  ),
  'not-set-up': (texts) => notSetUpPage(texts, 'uid', 'Contoso'),
  'account-picker': (texts) => accountPickerPage(texts, accounts, 'uid'),
  'not-returned': (texts) =>
    notReturnedPage(texts, { uid: 'uid', tenant: 'Contoso', alias: 'Head office', accountId: ids.accountId }),
  'wrong-directory': (texts) =>
    wrongDirectoryPage(texts, { uid: 'uid', tenant: 'Contoso', alias: 'Head office', accountId: ids.accountId }),
  ...Object.fromEntries(
    (['timeout', 'unreachable', 'malformed', 'busy', 'answer-used'] as const).map((kind) => [
      kind,
      (texts: Texts) => microsoftFailurePage(texts, { kind }, 'uid').page,
    ]),
  ),
  'microsoft-untrusted-certificate': (texts) =>
    microsoftFailurePage(texts, { kind: 'untrusted-certificate', code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'uid').page,
  'microsoft-wrong-clock': (texts) => microsoftFailurePage(texts, { kind: 'wrong-clock', seconds: 240 }, 'uid').page,
  'microsoft-rejected': (texts) => microsoftFailurePage(texts, { kind: 'rejected', reason: 'x' }, 'uid').page,
  'microsoft-refused': (texts) =>
    microsoftFailurePage(
      texts,
      { kind: 'refused', code: 'AADSTS7000215', error: undefined, correlationId: '5f1b6c9e' },
      'uid',
    ).page,
  'microsoft-cancelled': (texts) =>
    microsoftFailurePage(texts, { kind: 'cancelled', code: undefined, correlationId: undefined }, 'uid').page,
  'microsoft-refused-otherwise': (texts) =>
    microsoftFailurePage(
      texts,
      { kind: 'refused', code: 'AADSTS50158', error: undefined, correlationId: undefined },
      'uid',
    ).page,
  ...Object.fromEntries(
    (['granted', 'declined', 'not-seen-yet', 'no-credential', 'not-proven'] as const).map((outcome) => [
      `consent-${outcome}`,
      (texts: Texts) =>
        consentPage(
          texts,
          { ...ids, tenant: 'Contoso', alias: 'Head office', outcome },
          'https://control.phone.example',
        ),
    ]),
  ),
  problem: (texts) => problemPage(texts, 'extension-taken'),
  'home-realm-address': (texts) => askAddressPage(texts, 'uid'),
  'home-realm-address-malformed': (texts) => askAddressPage(texts, 'uid', 'adele', 'malformed'),
  'home-realm-address-unknown': (texts) => askAddressPage(texts, 'uid', 'adele@contoso.example', 'unknown'),
  'home-realm-choice': (texts) =>
    chooseRealmPage(
      texts,
      'uid',
      'adele@contoso.example',
      accounts.map((account) => ({ account })),
    ),
  'home-realm-tenant': (texts) =>
    chooseTenantPage(texts, 'uid', [
      { id: '1', name: 'Contoso' },
      { id: '2', name: 'Fabrikam <Ltd>' },
    ]),
  'control-not-admitted': (texts) => controlRefusalPage(texts, 'not-active', controlLinks),
  'control-wrong-directory': (texts) => controlFailurePage(texts, { kind: 'wrong-directory' }, controlLinks).page,
  'control-refused': (texts) =>
    controlFailurePage(
      texts,
      { kind: 'refused', code: 'AADSTS53003', error: undefined, correlationId: undefined },
      controlLinks,
    ).page,
  'redeem-in-browser': (texts) => redeemInBrowserPage(texts, redemption),
  'sign-out-onward': (texts) => signOutOnwardPage(texts, new URLSearchParams({ id_token_hint: 'x' })),
  'signed-in-bridge': (texts) => signedInPage(texts, ''),
  'sign-in-not-finished': (texts) => signInNotFinishedPage(texts, '/auth/signin'),
  sessions: (texts) =>
    ownSessionsPage(texts, sessions, { allOthers: 'all', person: 'Adele Vance', now: 1_795_500_000 }),
  'no-sessions': (texts) => noOwnSessionsPage(texts, ways.startPages),
  'refused-lost-attempt': (texts) => refusedPage(texts, refusalOf('sign-in-not-found'), { ...ways, next: '/auth' }),
  'refused-without-cookies': (texts) => refusedPage(texts, refusalOf('cookies-missing'), ways),
  'refused-for-now': (texts) => refusedPage(texts, refusalOf('temporarily-unavailable'), { ...ways, again: '/auth' }),
  'device-code': shown((show, ctx) => pagesOf(show).device.input(ctx)),
  'device-code-wrong': shown((show, ctx) => pagesOf(show).device.input(ctx, '', {}, wrongCode)),
  'device-confirm': shown((show, ctx) =>
    pagesOf(show).device.confirm(
      ctx,
      '',
      { clientName: 'Desk phone', clientId: 'd' },
      { ip: '192.0.2.7' },
      'BBBB-CCCC',
    ),
  ),
  'device-connected': shown((show, ctx) => pagesOf(show).device.success(ctx)),
  'sign-out': shown((show, ctx) => pagesOf(show).signOut(ctx)),
  'signed-out': shown((show, ctx) => pagesOf(show).signedOut(ctx)),
  'protocol-error': shown((show, ctx) => pagesOf(show).error(ctx, { error: 'invalid_client' }, new Error('x'))),
}

/** The markup of every page with details for support, without scripts. */
export function everyPage(look: Look): Array<[name: string, markup: string]> {
  return Object.entries(PAGES).map(([name, page]) => {
    const { script: _, ...shownPage } = page(look.texts)
    return [name, renderPage({ ...shownPage, body: html`${shownPage.body}${details}` }, look)]
  })
}
