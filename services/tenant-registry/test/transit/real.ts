import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { findFreePort } from '@jackfield/local-stores/free-port'

/** The real server this machine has, if any: `bao` (OpenBao) or `vault` (HashiCorp Vault). */
export const realServer = ['bao', 'vault'].find(
  (name) => spawnSync(name, ['version'], { stdio: 'ignore' }).status === 0,
)

/** In development mode: unsealed, in memory, on loopback. */
export async function startReal(name: string, root: string, cluster: { origin: string; certificate: string }) {
  const port = await findFreePort()
  const child = spawn(
    name,
    ['server', '-dev', '-dev-no-store-token', `-dev-root-token-id=${root}`, `-dev-listen-address=127.0.0.1:${port}`],
    { env: { PATH: process.env.PATH, HOME: process.env.HOME, SKIP_SETCAP: '1' } },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk
    })
  }
  const origin = `http://127.0.0.1:${port}`
  const admin = async (path: string, body: object) => {
    const answer = await fetch(`${origin}/v1/${path}`, {
      method: 'POST',
      headers: { 'x-vault-token': root, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  }
  while (!/Unseal Key: \S+/.test(said)) {
    if (child.exitCode !== null) throw new Error(said)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const unsealKey = /Unseal Key: (\S+)/.exec(said)?.[1] ?? ''
  await admin('sys/mounts/transit', { type: 'transit' })
  await admin('sys/auth/kubernetes', { type: 'kubernetes' })
  await admin('auth/kubernetes/config', {
    kubernetes_host: cluster.origin,
    kubernetes_ca_cert: cluster.certificate,
    disable_local_ca_jwt: true,
  })
  const rights = ['encrypt', 'decrypt']
    .map((verb) => `path "transit/${verb}/*" { capabilities = ["update"] }`)
    .join('\n')
  await admin('sys/policies/acl/jackfield', { policy: rights })
  return {
    origin,
    unsealKey,
    async close() {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}
