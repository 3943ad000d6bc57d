import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '@jackfield/contract/http/page'
import type { SyncRun } from '@jackfield/contract/microsoft/sync-run'
import type { PhoneUser } from '@jackfield/contract/roster/phone-user'
import { type AdminApi, adminApi } from '@jackfield/local-platform/admin-api'
import { demoRegistration } from '@jackfield/local-platform/demo-registration'
import { authorizeUrl, FlowClient } from '../sign-in/flow-client.ts'
import { startReceiver } from './receiver.ts'

/** What the tenant has and does at once: its limits, and the figures of the field cases. */
const AT_ONCE = { accounts: 55, endpoints: 16, streams: 25, calls: 24, signInsPerSecond: 10, changesPerSecond: 10 }
/** Microsoft answers that slowly, and receivers of webhooks even more so. */
const SLOW_MS = 3_000
const RECEIVER_MS = 9_000

type Platform = {
  api: AdminApi
  gatewayPort: number
  addresses: { control: string; emulator: string; tenant(slug: string): string }
  webClientOf(slug: string): { target: Parameters<typeof authorizeUrl>[0]; direct: Record<string, number> }
}

/** A tenant that can be put to its limits, and quietened again. */
export async function givenNoisyTenant(platform: Platform) {
  const { id: tenantId } = await platform.api<{ id: string }>('POST', '/tenants', { slug: 'noisy', name: 'Noisy' })
  const { key } = await platform.api<{ key: string }>('POST', '/api-keys', {
    name: 'noise',
    scope: tenantId,
    role: 'admin',
  })
  const api = adminApi(platform.addresses.control, key)
  const base = `/tenants/${tenantId}`
  const { alias, secret, expiresAt, ...ids } = demoRegistration()
  const credential = { type: 'secret', secret, expiresAt }
  const accounts: string[] = []
  for (let number = 0; number < AT_ONCE.accounts; number++) {
    const members = { ...ids, alias: `${alias} ${number}` }
    const { id } = await api<{ id: string }>('POST', `${base}/microsoft-accounts`, members)
    await api('PUT', `${base}/microsoft-accounts/${id}/credential`, credential)
    await api('POST', `${base}/microsoft-accounts/${id}/verify`)
    accounts.push(id)
  }
  const [first = ''] = accounts
  await api('POST', `${base}/microsoft-accounts/${first}/imports`, { all: true, sync: true, sso: true })
  const users = await someUsers(api, base)
  const receiver = await startReceiver(() => sleep(RECEIVER_MS, undefined, { ref: false }))
  for (let number = 0; number < AT_ONCE.endpoints; number++)
    await api('POST', `${base}/webhook-endpoints`, { url: `${receiver.url}/${number}` })
  const slowUsers = { path: '^/v1\\.0/users$', effect: { kind: 'slow', milliseconds: SLOW_MS } }
  await controlEmulator(platform, 'POST', slowUsers)

  let stopping = new AbortController()
  let loops: Promise<unknown>[] = []

  /** Repeats until stopped; a refusal, such as 429, is what the limits are for. */
  function repeat(work: (round: number) => Promise<unknown>, pauseMs = 0): void {
    const { signal } = stopping
    const loop = async () => {
      for (let round = 0; !signal.aborted; round++) {
        await work(round).catch(() => sleep(50))
        if (pauseMs > 0) await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
      }
    }
    loops.push(loop())
  }

  return {
    async start(): Promise<void> {
      stopping = new AbortController()
      loops = []
      const runs: string[] = []
      for (const account of accounts) {
        const asked = api<{ runId: string }>('POST', `${base}/microsoft-accounts/${account}/resyncs`, { mode: 'full' })
        runs.push(...(await asked.then(({ runId }) => [runId]).catch(() => [])))
      }
      const waiting = runs.at(-1) ?? ''
      for (let stream = 0; stream < AT_ONCE.streams; stream++)
        repeat(() => followRun(platform, key, `${base}/sync-runs/${waiting}/events`, stopping.signal))
      for (let call = 0; call < AT_ONCE.calls; call++)
        repeat(() => untilStopped(api('GET', `${base}/microsoft-accounts/${first}/microsoft-users`), stopping.signal))
      repeat((round) => {
        const { id = '' } = users[round % users.length] ?? {}
        return api('PATCH', `${base}/users/${id}`, { sso: Math.floor(round / users.length) % 2 === 0 })
      }, 1_000 / AT_ONCE.changesPerSecond)
      const { target, direct } = platform.webClientOf('noisy')
      repeat(async () => {
        const browser = new FlowClient(direct)
        await browser.send(authorizeUrl(target, 'x'.repeat(43)))
        browser.close()
      }, 1_000 / AT_ONCE.signInsPerSecond)
    },
    async stop(): Promise<void> {
      stopping.abort()
      await Promise.all(loops)
      for (const status of ['queued', 'running']) {
        const { items } = await api<Page<SyncRun>>('GET', `${base}/sync-runs?limit=200&status=${status}`)
        for (const { id } of items) await api('POST', `${base}/sync-runs/${id}/cancel`).catch(() => undefined)
      }
    },
    async end(): Promise<void> {
      await controlEmulator(platform, 'DELETE')
      receiver.close()
    },
  }
}

async function someUsers(api: AdminApi, base: string): Promise<PhoneUser[]> {
  for (;;) {
    const { items } = await api<Page<PhoneUser>>('GET', `${base}/users?limit=20`)
    if (items.length > 1) return items
    await sleep(100)
  }
}

async function controlEmulator({ addresses }: Platform, method: string, fault?: object): Promise<void> {
  const body = fault && { body: JSON.stringify(fault), headers: { 'content-type': 'application/json' } }
  const answer = await fetch(`${addresses.emulator}/_emulator/faults`, { method, ...body })
  if (!answer.ok) throw new Error(`the emulator plans no fault: ${answer.status} ${await answer.text()}`)
}

/** Follows a run's events until they end, or `signal` aborts. */
function followRun(
  { addresses, gatewayPort }: Platform,
  key: string,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const headers = { host: new URL(addresses.control).host, authorization: `Bearer ${key}` }
  const sent = get({ host: '127.0.0.1', port: gatewayPort, path: `/api/v1${path}`, headers, signal }, (answer) => {
    answer.resume()
    answer.on('close', () => (answer.statusCode === 200 ? resolve() : reject(new Error(String(answer.statusCode)))))
    answer.on('error', () => undefined)
  })
  sent.on('error', reject)
  return promise
}

function untilStopped(work: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  return Promise.race([work, promise])
}
