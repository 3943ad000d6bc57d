import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type App, type Client, SCOPE } from './client.ts'
import { versionOf } from './version-of.ts'
import { serve } from './web-app.ts'

const IN_A_PAGE = 'a page keeps no secret'

const settingsOf = ({ issuer, clientId, origin }: App) => ({
  authority: issuer,
  client_id: clientId,
  redirect_uri: `${origin}/callback`,
  post_logout_redirect_uri: `${origin}/bye`,
  scope: SCOPE,
  loadUserInfo: true,
})

/** What each path of the page does; the outcome is its text. */
const SCRIPTS: Readonly<Record<string, string>> = {
  '/login': 'await manager.signinRedirect()',
  '/logout': 'await manager.signoutRedirect()',
  '/callback': `
    const user = await manager.signinCallback()
    const renewed = await manager.signinSilent()
    document.body.textContent = JSON.stringify({
      sub: user.profile.sub,
      idToken: user.id_token,
      userinfo: user.profile.sub,
      refreshed: [user.access_token, renewed.access_token],
      signOut: location.origin + '/logout',
    })`,
}

const pageOf = (
  app: App,
  path: string,
) => `<!doctype html><title>app</title><body><script src="/oidc-client-ts.js"></script>
<script type="module">
  const manager = new oidc.UserManager(${JSON.stringify(settingsOf(app))})
  try { ${SCRIPTS[path]} } catch (error) { document.body.textContent = error.stack }
</script>`

export const oidcClientTs: Client = {
  name: 'oidc-client-ts',
  version: () => versionOf('oidc-client-ts'),
  inChromium: true,
  lacks: {
    client_secret_basic: IN_A_PAGE,
    client_secret_post: IN_A_PAGE,
    private_key_jwt: IN_A_PAGE,
    form_post: 'a page receives no post',
  },
  recipe: `\`new UserManager({authority: 'https://<tenant host>/auth', client_id, redirect_uri, scope})\` in Chromium, in an app of the kind \`browser\`. It checks
no signatures, so that nothing is to be set for ES256. With the scope \`offline_access\` it refreshes by refresh token.`,
  async start(apps, port) {
    const main = createRequire(import.meta.url).resolve('oidc-client-ts')
    const script = await readFile(join(dirname(main), '../browser/oidc-client-ts.min.js'), 'utf8')
    return serve(port, async ({ origin, pathname }) => {
      const app = apps.find((each) => each.origin === origin)
      if (pathname === '/oidc-client-ts.js')
        return { status: 200, body: script, headers: { 'content-type': 'text/javascript' } }
      const isPage = app !== undefined && pathname in SCRIPTS
      return isPage
        ? { status: 200, body: pageOf(app, pathname), headers: { 'content-type': 'text/html' } }
        : { status: 404, body: '' }
    })
  },
}
