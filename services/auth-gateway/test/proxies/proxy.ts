import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { findFreePort } from '@jackfield/local-stores/free-port'
import { send } from '../browser.ts'

/** A proxy with forward-auth, started from its shipped files. */
export type ShippedProxy = {
  name: string
  isInstalled: boolean
  /** Whether pages are redirected to the sign-in. Otherwise they get the 401, as programs do. */
  redirectsPages: boolean
  /** Whether a refusal of the gateway keeps its Retry-After. */
  passesRetryAfter: boolean
  /** Its status when nobody answers at the gateway's check, and at the frontend. */
  withoutGateway: number
  withoutFrontend: number
  start(upstream: Upstream): Promise<RunningProxy>
}
/** Ports on loopback. */
export type Upstream = { gateway: number; frontend: number }
export type RunningProxy = { port: number; close(): Promise<void> }

/** The executable by its name, also in the folders of servers. */
export function findProxy(...names: string[]): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin']
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path))
}

/** A file of deploy/ingress, with the addresses of this run in place of those that its comments ask to replace. */
export async function readShipped(name: string, addresses: Readonly<Record<string, string>>): Promise<string> {
  const text = await readFile(new URL(`../../../../deploy/ingress/${name}`, import.meta.url), 'utf8')
  return Object.entries(addresses).reduce((done, [shipped, ours]) => {
    if (!done.includes(shipped)) throw new Error(`${name} does not name ${shipped}`)
    return done.replaceAll(shipped, ours)
  }, text)
}

/** The three addresses of the files for one machine. */
export const localAddresses = ({ gateway, frontend }: Upstream, port: number) => ({
  '127.0.0.1:4000': `127.0.0.1:${gateway}`,
  '127.0.0.1:4100': `127.0.0.1:${frontend}`,
  '8080': String(port),
})

type Command = { binary: string | undefined; args: readonly string[]; files: Readonly<Record<string, string>> }

/**
 * Runs the command in a folder with these files, where it may write a `log`, until it answers. `describe` gets that
 * folder and a free port.
 */
export async function runProxy(describe: (folder: string, port: number) => Promise<Command>): Promise<RunningProxy> {
  const port = await findFreePort()
  const folder = await mkdtemp(join(tmpdir(), 'jackfield-proxy-'))
  await chmod(folder, 0o755) // workers of a proxy that root starts have another account
  const { binary = 'none', args, files } = await describe(folder, port)
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const child = spawn(binary, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, HOME: folder },
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part) => {
      printed += part
    })
  const log = async () => printed + (await readFile(join(folder, 'log'), 'utf8').catch(() => ''))
  const close = async () => {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) throw new Error(`${binary} ended: ${await log()}`)
    const answer = await send(`http://127.0.0.1:${port}/`, { headers: { host: 'contoso.phone.localhost' } }).catch(
      () => undefined,
    )
    if (answer && answer.text !== '404 page not found\n') return { port, close } // so does Traefik without routes
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const said = await log()
  await close()
  throw new Error(`${binary} does not answer: ${said}`)
}
