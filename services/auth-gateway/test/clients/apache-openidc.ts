import { createPrivateKey, createPublicKey } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { hasApacheOpenidc, runApache } from '../apache.ts'
import { type App, type Client, SCOPE } from './client.ts'
import { serve } from './web-app.ts'

/** One server of Apache in front of the app; `keys` is a folder with the key of each client. */
function virtualHost({ clientId, issuer, origin, auth, mode, secret }: App, keys: string, frontend: number): string {
  return [
    `<VirtualHost *>
ServerName ${new URL(origin).hostname}
OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID ${clientId}
OIDCRedirectURI ${origin}/callback
OIDCCryptoPassphrase a-passphrase-of-this-test-alone
OIDCScope "${SCOPE}"
OIDCRefreshAccessTokenBeforeExpiry 3600
OIDCPassIDTokenAs claims serialized
OIDCPassUserInfoAs json`,
    ...(auth === 'none' ? ['OIDCProviderTokenEndpointAuth none', 'OIDCPKCEMethod S256'] : []),
    ...(auth.startsWith('client_secret') ? [`OIDCClientSecret ${secret}`] : []),
    ...(auth === 'client_secret_post' ? ['OIDCProviderTokenEndpointAuth client_secret_post'] : []),
    ...(auth === 'private_key_jwt'
      ? // In this order: without a key the method does not exist.
        [
          `OIDCPrivateKeyFiles one#${keys}/${clientId}.pem`,
          `OIDCPublicKeyFiles one#${keys}/${clientId}.public.pem`,
          'OIDCProviderTokenEndpointAuth private_key_jwt',
        ]
      : []),
    ...(mode === 'form_post' ? ['OIDCResponseMode form_post'] : []),
    `ProxyPreserveHost On
ProxyPass /callback !
ProxyPass / http://127.0.0.1:${frontend}/
<Location />
AuthType openid-connect
Require valid-user
</Location>
<Location /bye>
Require all granted
AuthType none
</Location>
</VirtualHost>`,
  ].join('\n')
}

async function writeKeys(folder: string, apps: readonly App[]): Promise<void> {
  for (const { clientId, key } of apps) {
    const secret = createPrivateKey({ key, format: 'jwk' })
    await writeFile(join(folder, `${clientId}.pem`), secret.export({ type: 'pkcs8', format: 'pem' }))
    const published = createPublicKey(secret).export({ type: 'spki', format: 'pem' })
    await writeFile(join(folder, `${clientId}.public.pem`), published)
  }
}

/** The frontend behind Apache knows what its headers say: a token that ends within the hour, as each, is refreshed. */
function serveFrontend(port: number) {
  const former = new Map<string, string>()
  return serve(port, async (url, _body, headers) => {
    const token = headers.get('oidc_access_token') ?? ''
    if (url.pathname === '/login') {
      former.set(url.origin, token)
      return { status: 302, body: '', headers: { location: '/calls' } }
    }
    const outcome = {
      sub: headers.get('oidc_claim_sub'),
      idToken: headers.get('oidc_id_token'),
      userinfo: JSON.parse(headers.get('oidc_userinfo_json') ?? '{}').sub,
      refreshed: [former.get(url.origin), token],
      signOut: `${url.origin}/callback?${new URLSearchParams({ logout: `${url.origin}/bye` })}`,
    }
    return { status: 200, body: JSON.stringify(outcome) }
  })
}

export const apacheOpenidc: Client = {
  name: 'mod_auth_openidc',
  version: () => '',
  lacks: {},
  missing: () => (hasApacheOpenidc() ? undefined : 'Apache with mod_auth_openidc is not installed'),
  recipe: `\`OIDCProviderMetadataURL https://<tenant host>/auth/.well-known/openid-configuration\`, \`OIDCClientID\`, \`OIDCRedirectURI\`, and \`OIDCClientSecret\`: it
chooses \`client_secret_basic\`. A public app has \`OIDCProviderTokenEndpointAuth none\` and \`OIDCPKCEMethod S256\`; other methods are named in
the same way, the key in \`OIDCPrivateKeyFiles\` and \`OIDCPublicKeyFiles\`: without
the second, 2.4.12 ends by a segmentation fault. A form post is \`OIDCResponseMode form_post\`.`,
  async start(apps, port) {
    const keys = await mkdtemp(join(tmpdir(), 'jackfield-keys-'))
    await writeKeys(keys, apps)
    const behind = await findFreePort()
    const frontend = await serveFrontend(behind)
    const apache = await runApache(
      port,
      apps.map((app) => virtualHost(app, keys, behind)),
    )
    return {
      complaints: apache.complaints,
      async close() {
        await apache.close()
        await frontend.close()
        await rm(keys, { recursive: true })
      },
    }
  },
}
