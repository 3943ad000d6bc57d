import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from './client.ts'
import { run, startProgram } from './process.ts'

const FOLDER = join(import.meta.dirname, 'go')
const GO = ['go', '/usr/local/go/bin/go']
let binary: { folder: string; file: string } | undefined

/** Fetches the modules of go.sum and builds the program; what was wrong. */
async function build(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'jackfield-go-'))
  const file = join(folder, 'client')
  let complaints = 'Go is not installed'
  for (const go of GO) {
    const built = await run([go, 'build', '-mod=readonly', '-o', file, '.'], {}, FOLDER)
    if (built.code === 0) {
      binary = { folder, file }
      return undefined
    }
    if (built.complaints) complaints = built.complaints
  }
  await rm(folder, { recursive: true })
  return complaints.trim()
}

export const goOidc: Client = {
  name: 'go-oidc',
  version: () => /go-oidc\S* v(\S+)/.exec(readFileSync(join(FOLDER, 'go.mod'), 'utf8'))?.[1] ?? '',
  lacks: {
    private_key_jwt: 'golang.org/x/oauth2 has no client assertions in the code flow',
    signOut: 'it has no call for the sign-out address',
  },
  recipe: `\`oidc.NewProvider(ctx, "https://<tenant host>/auth")\` and \`oauth2.Config\` with its \`Endpoint()\`; both algorithms are taken as discovery names
them. How the secret is sent is found by trying: a wrong try uses no code up. PKCE is \`oauth2.S256ChallengeOption\` and
\`oauth2.VerifierOption\`, \`response_mode\` an \`oauth2.SetAuthURLParam\`.`,
  missing: build,
  async start(apps, port) {
    const running = await startProgram([binary?.file ?? ''], apps, port)
    return {
      ...running,
      async close() {
        await running.close()
        await rm(binary?.folder ?? '', { recursive: true, force: true })
      },
    }
  },
}
