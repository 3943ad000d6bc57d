import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'

/** Written where the installation answered "done"; compared with what arrived. */
export type Ledger = Awaited<ReturnType<typeof openLedger>>
export type Losses = { signInEvents: number; changeEvents: number; webhooks: number }

const AUDITED = `
select count(*)::int as missing from unnest($1::text[]) as written(marks)
where not exists (
  select from registry.audit_event
  where at > now() - interval '10 minutes'
    and (target = any(string_to_array(marks, ' ')) or request_id = any(string_to_array(marks, ' ')) or details ->> 'extension' = any(string_to_array(marks, ' ')))
)`

/**
 * What was acknowledged, and a receiver of the webhooks. A mark is a name that occurs in one audit event only, or several
 * of which one does, with blanks between.
 */
export async function openLedger(databaseUrl: string) {
  let signIns = new Set<string>()
  let changes = new Set<string>()
  let bound = new Set<string>()
  const told = new Set<string>()
  const receiver = createServer(async (request, response) => {
    let body = ''
    for await (const part of request.setEncoding('utf8')) body += part
    const { data } = JSON.parse(body) as { data?: { extension?: string } }
    if (data?.extension) told.add(data.extension)
    response.end()
  })
  await once(receiver.listen(0, '127.0.0.1'), 'listening')

  async function missingOf(marks: readonly string[]): Promise<number> {
    const client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
    try {
      return (await client.query<{ missing: number }>(AUDITED, [marks])).rows[0]?.missing ?? 0
    } finally {
      await client.end()
    }
  }

  return {
    webhookUrl: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
    /** The audit event carries the id of one of these requests. */
    signedIn: (requestIds: readonly string[]) => void signIns.add(requestIds.join(' ')),
    changed: (target: string) => void changes.add(target),
    bound(extension: string) {
      bound.add(extension)
      changes.add(extension)
    },
    /** What was acknowledged since the last call and has not arrived after `waitMs`. */
    async settle(waitMs: number): Promise<Losses> {
      const written = { signIns: [...signIns], changes: [...changes], bound }
      ;[signIns, changes, bound] = [new Set(), new Set(), new Set()]
      for (const deadline = performance.now() + waitMs; ; await pause(500)) {
        const lost = {
          signInEvents: await missingOf(written.signIns),
          changeEvents: await missingOf(written.changes),
          webhooks: written.bound.difference(told).size,
        }
        if (Object.values(lost).every((count) => count === 0) || performance.now() > deadline) return lost
      }
    },
    async close() {
      receiver.closeAllConnections()
      receiver.close()
    },
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
