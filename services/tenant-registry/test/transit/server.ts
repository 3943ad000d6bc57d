import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SERVICE_ACCOUNT, startCluster } from './kubernetes.ts'
import { realServer, startReal } from './real.ts'
import { startStandIn } from './stand-in.ts'

/** Our own always; a real one where this machine has it. */
export const TRANSIT_SERVERS = ['stand-in', ...(realServer ? [realServer] : [])]
const POLICY = 'jackfield'
const ROLE = 'tenant-registry'

/** A server with the transit engine and login for a Kubernetes cluster, and what its administrator does with it. */
export async function startTransit(name: string) {
  const root = `root-${randomBytes(12).toString('hex')}`
  const cluster = await startCluster()
  const standIn = name === 'stand-in' ? await startStandIn(root, cluster.review) : undefined
  const server = standIn ?? (await startReal(name, root, cluster))
  const unsealKey = 'unsealKey' in server ? server.unsealKey : ''
  const folder = await mkdtemp(join(tmpdir(), 'transit-'))
  const tokenFile = join(folder, 'token')

  async function administer(path: string, body: object = {}): Promise<unknown> {
    const headers = { 'x-vault-token': root, 'content-type': 'application/json' }
    const answer = await fetch(`${server.origin}/v1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`)
    return text && JSON.parse(text)
  }
  async function makeKey(type = 'aes256-gcm96'): Promise<string> {
    const key = `key-${randomBytes(6).toString('hex')}`
    await administer(`transit/keys/${key}`, { type })
    return key
  }
  const usedSettings = async () => ({
    KEY_ENCRYPTION_VAULT_URL: server.origin,
    KEY_ENCRYPTION_VAULT_KEY: await makeKey(),
  })

  return {
    origin: server.origin,
    root,
    /** Only of our own server. */
    standIn,
    makeKey,
    rotate: (key: string) => administer(`transit/keys/${key}/rotate`),
    setOldest: (key: string, version: number) =>
      administer(`transit/keys/${key}/config`, { min_decryption_version: version }),
    async makeToken(
      options: { policies?: string[]; period?: number; ttl?: number; renewable?: boolean } = {},
    ): Promise<string> {
      const { policies = [POLICY], period, ttl, renewable = true } = options
      const lease = ttl === undefined ? { period: `${period ?? 3600}s` } : { ttl: `${ttl}s` }
      const made = (await administer('auth/token/create', { policies, renewable, no_parent: true, ...lease })) as {
        auth: { client_token: string }
      }
      return made.auth.client_token
    },
    revoke: (token: string) => administer('auth/token/revoke', { token }),
    /** What every login so far was given. */
    revokeLogins: () => administer('sys/leases/revoke-prefix/auth/kubernetes/login'),
    /** As Kubernetes does before the one in the file ends. */
    replaceTokenFile: async () => writeFile(tokenFile, await cluster.makeToken()),
    /** Lets time pass: on the clock of our own server, in truth for a real one. */
    async pass(ms: number) {
      if (standIn) standIn.state.passedMs += ms
      else await sleep(ms)
    },
    async seal() {
      await administer('sys/seal')
    },
    async unseal() {
      await administer('sys/unseal', { key: unsealKey })
    },
    /** A key of its own, used with a token. */
    async givenTokenSettings() {
      return { ...(await usedSettings()), KEY_ENCRYPTION_VAULT_TOKEN: await this.makeToken() }
    },
    /** A key of its own, used by a service account whose token lies in a file. */
    async givenKubernetesSettings(ttl = 3600) {
      const names = {
        bound_service_account_names: [SERVICE_ACCOUNT],
        bound_service_account_namespaces: [cluster.namespace],
      }
      await administer(`auth/kubernetes/role/${ROLE}`, { ...names, token_policies: [POLICY], token_ttl: ttl })
      await writeFile(tokenFile, `${await cluster.makeToken()}\n`)
      return {
        ...(await usedSettings()),
        KEY_ENCRYPTION_VAULT_KUBERNETES_ROLE: ROLE,
        KEY_ENCRYPTION_VAULT_KUBERNETES_TOKEN_FILE: tokenFile,
      }
    },
    async close() {
      await server.close()
      await cluster.close()
      await rm(folder, { recursive: true })
    },
  }
}

export type Transit = Awaited<ReturnType<typeof startTransit>>
