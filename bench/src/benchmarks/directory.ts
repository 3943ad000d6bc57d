import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Benchmark } from '../main.ts'
import { quantile } from '../paired.ts'
import { peakMemoryMb } from '../process-usage.ts'

const SIZE = 1_000_000
const PAGE =
  '/v1.0/users?$select=id,displayName,givenName,surname,mail,userPrincipalName,businessPhones,mobilePhone,department,accountEnabled,userType&$top=999'
const DIRECTORY = '7d8f2a4c-5b1e-4c3d-9e0f-6a7b8c9d0e1f'
const APP = 'a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d'
const SECRET = 'Bn38Q~a-benchmark-secret-emulator-only-1'

export const benchmark: Benchmark = {
  summary:
    'a directory of a million in the Microsoft 365 emulator: first page, whole listing, memory, compared with a server of one prepared page',
  async run() {
    const emulator = await startEmulator()
    try {
      const headers = { authorization: `Bearer ${await appToken(emulator.origin)}` }
      const cold = await timed(() => read(`${emulator.origin}${PAGE}`, headers))
      const firsts: number[] = []
      for (let time = 0; time < 15; time++)
        firsts.push((await timed(() => read(`${emulator.origin}${PAGE}`, headers))).milliseconds)
      const floor = await listReadyPage(cold.value.text)
      const whole = await timed(() => listAll(`${emulator.origin}${PAGE}`, headers))
      const { users, bytes, pages } = whole.value
      const seconds = whole.milliseconds / 1_000
      const lines = [
        `first page, 999 users: cold ${cold.milliseconds.toFixed(0)} ms, then median ${quantile(firsts, 0.5).toFixed(0)} ms`,
        `whole listing: ${users} users in ${pages} pages, ${seconds.toFixed(1)} s, ${(users / seconds).toFixed(0)} users/s, ${((bytes * 8) / seconds / 1e6).toFixed(0)} Mbit/s`,
        `one ready page sent as often: ${(floor.milliseconds / 1_000).toFixed(1)} s; the emulator takes ${(whole.milliseconds / floor.milliseconds).toFixed(1)} times that`,
        `peak resident memory of the emulator: ${peakMemoryMb([emulator.pid])} MB`,
      ]
      process.stdout.write(`${lines.join('\n')}\n`)
      if (users !== SIZE) throw new Error(`${SIZE} users were expected.`)
    } finally {
      await emulator.stop()
    }
  },
}

async function startEmulator() {
  const folder = await mkdtemp(join(tmpdir(), 'jackfield-bench-'))
  const file = join(folder, 'directories.json')
  const application = {
    appId: APP,
    displayName: 'Benchmark',
    secrets: [{ keyId: 'b2c3d4e5-f6a7-4b8c-9d0e-1f2a3b4c5d6e', value: SECRET, endDateTime: '2040-01-01T00:00:00Z' }],
  }
  const directory = {
    id: DIRECTORY,
    displayName: 'A million',
    domains: ['million.example'],
    population: { size: SIZE },
    applications: [application],
    grants: [{ appId: APP, roles: ['User.Read.All'] }],
  }
  await writeFile(file, JSON.stringify({ directories: [directory] }))
  const entry = join(import.meta.dirname, '../../../tools/m365-emulator/src/main.ts')
  const env = { ...process.env, EMULATOR_CONFIG: file, PORT: '0', LOG_LEVEL: 'silent' }
  const child = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const origin = /http:\S+/.exec(String(line))?.[0]
  if (origin === undefined || child.pid === undefined) throw new Error(`The emulator did not start: ${line}`)
  return {
    origin,
    pid: child.pid,
    async stop() {
      child.kill()
      await once(child, 'exit')
      await rm(folder, { recursive: true })
    },
  }
}

async function appToken(origin: string): Promise<string> {
  const form = {
    grant_type: 'client_credentials',
    client_id: APP,
    client_secret: SECRET,
    scope: 'https://graph.microsoft.com/.default',
  }
  const response = await fetch(`${origin}/${DIRECTORY}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  return ((await response.json()) as { access_token: string }).access_token
}

async function listAll(first: string, headers: Record<string, string>) {
  let [users, bytes, pages] = [0, 0, 0]
  for (let next: string | undefined = first; next; pages++) {
    const { text, page } = await read(next, headers)
    users += page.value.length
    bytes += text.length
    next = page['@odata.nextLink']
  }
  return { users, bytes, pages }
}

/** The floor: a server that only sends the same bytes, read by the same client. */
async function listReadyPage(text: string) {
  const ready = Buffer.from(text)
  const server = createServer(
    (_request, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end(ready),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const result = await timed(async () => {
    for (let page = 0; page < Math.ceil(SIZE / 999); page++) await read(url, {})
  })
  server.closeAllConnections()
  server.close()
  return result
}

async function read(url: string, headers: Record<string, string>) {
  const response = await fetch(url, { headers })
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status}: ${text}`)
  return { text, page: JSON.parse(text) as { value: unknown[]; '@odata.nextLink'?: string } }
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; milliseconds: number }> {
  const start = performance.now()
  const value = await work()
  return { value, milliseconds: performance.now() - start }
}
