import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { demoDirectories } from '../../src/demo/demo-directories.ts'
import { type M365Emulator, startEmulator } from '../../src/emulator.ts'
import { makeServerCertificate } from '../../src/server-certificate.ts'
import { startConnectProxy } from './connect-proxy.ts'

const LOGIN = 'login.microsoftonline.com'
const GRAPH = 'graph.microsoft.com'

export type MicrosoftHosts = {
  m365: M365Emulator
  proxy: string
  /** Variables by which Node.js, Python and curl use the proxy and trust the certificate. */
  environment: Record<string, string>
  close(): Promise<void>
}

/** The emulator over https under Microsoft's own names, for clients that take nothing else; through a proxy. */
export async function startAsMicrosoft(redirectUris: { web: string[]; spa: string[] }): Promise<MicrosoftHosts> {
  const folder = await mkdtemp(join(tmpdir(), `m365-hosts-${randomUUID().slice(0, 8)}-`))
  const certificate = makeServerCertificate([LOGIN, GRAPH])
  const file = join(folder, 'certificate.pem')
  await writeFile(file, certificate.cert)
  const m365 = await startEmulator({
    https: certificate,
    publicOrigin: `https://${LOGIN}`,
    graphOrigin: `https://${GRAPH}`,
    directories: demoDirectories(redirectUris),
  })
  const proxy = await startConnectProxy(Number(new URL(m365.address).port), [LOGIN, GRAPH])
  return {
    m365,
    proxy: proxy.url,
    environment: {
      HTTPS_PROXY: proxy.url,
      NO_PROXY: 'localhost,127.0.0.1',
      NODE_USE_ENV_PROXY: '1',
      NODE_EXTRA_CA_CERTS: file,
      REQUESTS_CA_BUNDLE: file,
    },
    async close() {
      proxy.close()
      await m365.close()
      await rm(folder, { recursive: true })
    },
  }
}
