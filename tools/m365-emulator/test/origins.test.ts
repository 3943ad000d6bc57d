import { writeFile } from 'node:fs/promises'
import { get } from 'node:https'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADELE, CONTOSO_DIRECTORY_ID } from '../src/demo/contoso.ts'
import { demoDirectories } from '../src/demo/demo-directories.ts'
import { type M365Emulator, startEmulator } from '../src/emulator.ts'
import { makeServerCertificate } from '../src/server-certificate.ts'
import { appOnly, authorizeUrl, redemption, WEB } from './given.ts'
import { endCommand, givenFolder, runCommand } from './run-command.ts'

const [PUBLIC, GRAPH] = ['https://login.emulator.example', 'https://graph.emulator.example']
let m365: M365Emulator
let folder: Awaited<ReturnType<typeof givenFolder>>
beforeAll(async () => {
  const directories = demoDirectories({ web: [WEB], spa: [] })
  m365 = await startEmulator({ directories, publicOrigin: PUBLIC, graphOrigin: GRAPH })
  folder = await givenFolder()
})
afterAll(async () => {
  await m365.close()
  await folder.remove()
})

async function token(parameters: Record<string, string | undefined>): Promise<Record<string, string>> {
  const body = new URLSearchParams(parameters as Record<string, string>)
  const path = `/${CONTOSO_DIRECTORY_ID}/oauth2/v2.0/token`
  return (await (await fetch(`${m365.address}${path}`, { method: 'POST', body })).json()) as Record<string, string>
}

test('issuer, keys and endpoints have the public origin, wherever the emulator listens', async () => {
  expect([m365.origin, m365.graphOrigin]).toEqual([PUBLIC, GRAPH])
  const path = `/${CONTOSO_DIRECTORY_ID}/v2.0/.well-known/openid-configuration`
  const metadata = (await (await fetch(`${m365.address}${path}`)).json()) as Record<string, string>
  expect(metadata.issuer).toBe(`${PUBLIC}/${CONTOSO_DIRECTORY_ID}/v2.0`)
  for (const name of ['token_endpoint', 'authorization_endpoint', 'jwks_uri'])
    expect(metadata[name]).toMatch(new RegExp(`^${PUBLIC}/`))
  const end = await m365.signIn(authorizeUrl(m365), ADELE.userPrincipalName)
  const { id_token = '' } = await token(redemption(end.searchParams.get('code') ?? ''))
  expect(decodeJwt(id_token).iss).toBe(metadata.issuer)
})

test('links of Graph have the origin of Graph, and its refusals name the login origin', async () => {
  const { access_token } = await token(appOnly())
  const users = await fetch(`${m365.address}/v1.0/users?$top=1`, {
    headers: { authorization: `Bearer ${access_token}` },
  })
  expect(await users.json()).toMatchObject({
    '@odata.context': `${GRAPH}/v1.0/$metadata#users`,
    '@odata.nextLink': expect.stringContaining(`${GRAPH}/v1.0/users?`),
  })
  const refused = await fetch(`${m365.address}/v1.0/users`)
  expect(refused.headers.get('www-authenticate')).toContain(`authorization_uri="${PUBLIC}/common/`)
})

test('the command takes origins and a certificate from outside, and answers its health check', async () => {
  const { key, cert } = makeServerCertificate()
  await Promise.all([writeFile(folder.path('key.pem'), key), writeFile(folder.path('cert.pem'), cert)])
  const tls = ['--tls-key-file', folder.path('key.pem'), '--tls-cert-file', folder.path('cert.pem')]
  const command = runCommand('--port', '0', '--host', '0.0.0.0', '--public-origin', PUBLIC, ...tls)
  expect(await command.origin).toBe(PUBLIC)
  const address = await command.address
  const status = await new Promise((resolve, reject) =>
    get(`${address}/_emulator/health`, { ca: cert }, ({ statusCode }) => resolve(statusCode)).on('error', reject),
  )
  expect(status).toBe(200)
  const check = ['--check-health', '--port', new URL(address).port]
  expect((await runCommand(...check, ...tls).ended).code).toBe(0)
  await endCommand(command)
  expect((await runCommand(...check, ...tls).ended).code).toBe(1)
})

test.each([
  [
    'an origin with a path',
    ['--public-origin', 'http://emulator:4010/login'],
    /^EMULATOR_PUBLIC_ORIGIN: must be an origin/m,
  ],
  ['a certificate without its key', ['--tls-cert-file', 'cert.pem'], /^EMULATOR_TLS_KEY_FILE: is missing/m],
  ['a key that is not there', ['--tls-cert-file', 'x', '--tls-key-file', 'y'], /^EMULATOR_TLS_CERT_FILE: ENOENT/m],
])('%s ends the command with one clear line', async (_name, args, message) => {
  const { code, errors } = await runCommand(...args).ended
  expect(code).toBe(1)
  expect(errors).toMatch(message)
})
