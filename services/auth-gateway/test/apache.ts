import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { send } from './browser.ts'

const BINARY = ['/usr/sbin/apache2', '/usr/sbin/httpd'].find((path) => existsSync(path))
const MODULES = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules'].find((path) =>
  existsSync(join(path, 'mod_auth_openidc.so')),
)
const NEEDED = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'proxy', 'proxy_http', 'headers', 'auth_openidc']

/** Where Apache or its OpenID Connect module is missing these tests are left out, but never on the build machine. */
export function hasApacheOpenidc(): boolean {
  if (!(BINARY && MODULES) && process.env.CI) throw new Error('Apache with mod_auth_openidc is needed under CI')
  return BINARY !== undefined && MODULES !== undefined
}

type Options = {
  issuer: string
  clientId: string /** The app's public host, without port. */
  host: string
  frontend: number
}

/**
 * Apache as the relying party: mod_auth_openidc (C, with cjose and libcurl) from discovery alone, in front of an app. A
 * token that ends within the hour is refreshed, which is each of ours: every request proves the rotation.
 */
export function startApache(port: number, { issuer, clientId, host, frontend }: Options) {
  return runApache(port, [
    `OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration`,
    `OIDCClientID ${clientId}`,
    `OIDCRedirectURI http://${host}:${port}/callback`,
    'OIDCCryptoPassphrase a-passphrase-of-this-test-alone',
    'OIDCScope "openid profile email"',
    'OIDCPKCEMethod S256',
    'OIDCProviderTokenEndpointAuth none',
    'OIDCCookieSameSite On',
    'OIDCRefreshAccessTokenBeforeExpiry 3600',
    'OIDCPassClaimsAs headers',
    `ProxyPass /callback !
ProxyPass / http://127.0.0.1:${frontend}/
<Location />
  AuthType openid-connect
  Require valid-user
</Location>
<Location /bye>
  Require all granted
  AuthType none
</Location>`,
  ])
}

/** Apache with the module, on this port of 127.0.0.1; `/bye` is to be open. */
export async function runApache(port: number, lines: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'jackfield-apache-'))
  const main = [
    `ServerRoot ${folder}`,
    `PidFile ${folder}/pid`,
    `DefaultRuntimeDir ${folder}`,
    `Mutex file:${folder}`,
    `Listen 127.0.0.1:${port}`,
    'ServerName localhost',
    `ErrorLog ${folder}/log`,
    'LogLevel warn',
    'StartServers 1',
    'ThreadsPerChild 8',
    'MaxRequestWorkers 8',
    'ServerLimit 1',
    ...(process.getuid?.() === 0 ? ['User www-data', 'Group www-data'] : []),
    ...NEEDED.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
    ...lines,
  ]
  await writeFile(join(folder, 'apache.conf'), `${main.join('\n')}\n`)
  const apache = spawn(BINARY ?? 'apache2', ['-D', 'FOREGROUND', '-f', join(folder, 'apache.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  const said = () => complaints + (existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8') : '')
  apache.stderr.on('data', (part) => {
    complaints += part
  })
  await untilListening(apache, port, said)
  return {
    complaints: said,
    async close() {
      const ended = once(apache, 'exit')
      apache.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function untilListening(apache: ChildProcess, port: number, complaints: () => string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (apache.exitCode !== null) throw new Error(`Apache ended: ${complaints()}`)
    if (await send(`http://127.0.0.1:${port}/bye`).catch(() => undefined)) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`Apache does not answer: ${complaints()}`)
}
