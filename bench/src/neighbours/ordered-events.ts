import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '@jackfield/contract/http/page'
import type { PhoneUser } from '@jackfield/contract/roster/phone-user'
import type { AdminApi } from '@jackfield/local-platform/admin-api'
import { startReceiver } from './receiver.ts'

const EVERY_MS = 200
const PATIENCE_MS = 30_000

/** Changes one user of a tenant over and over, and follows the events of it. */
export async function followOrderedEvents(api: AdminApi, base: string) {
  const received: unknown[] = []
  const receiver = await startReceiver(async ({ data }) => void received.push(data.sso))
  await api('POST', `${base}/webhook-endpoints`, { url: receiver.url, eventTypes: ['user.updated'] })
  const { items } = await api<Page<PhoneUser>>('GET', `${base}/users?limit=50`)
  // A user who does not sign in during the measurement.
  const user = items.findLast(
    ({ displayName, status, sync }) => displayName !== 'Adele Vance' && status === 'active' && sync,
  )
  const sent: boolean[] = []
  const stopping = new AbortController()
  const changing = (async () => {
    for (let sso = !user?.sso; !stopping.signal.aborted; sso = !sso) {
      await api('PATCH', `${base}/users/${user?.id}`, { sso })
      sent.push(sso)
      await sleep(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  })()
  changing.catch(() => undefined) // thrown at the end
  return {
    /** How many events came, and whether each came once and in order. */
    async end(): Promise<{ events: number; isOrdered: boolean }> {
      stopping.abort()
      await changing
      for (let waited = 0; received.length < sent.length && waited < PATIENCE_MS; waited += 50) await sleep(50)
      receiver.close()
      return { events: received.length, isOrdered: JSON.stringify(received) === JSON.stringify(sent) }
    },
  }
}
