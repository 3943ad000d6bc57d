import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { startProcess } from '../child-process.ts'
import { directoryOf } from '../import/directories.ts'
import { startRoster } from '../import/roster.ts'
import type { Benchmark } from '../main.ts'
import { addKnownAccounts, type KnownAccount, notificationsFor } from '../notifications/known-accounts.ts'
import { comparePaired, quantile } from '../paired.ts'
import { peakMemoryMb, processorSeconds } from '../process-usage.ts'
import { RawLoad } from '../verify/raw-load.ts'

const LARGE = 1_000_000
const SMALL = 10
const ACCOUNTS = 10_000
/** Enough accounts that few are notified twice in a slice: every batch then writes. */
const NOTIFIED = 3_000
const BATCH = 100

type Roster = Awaited<ReturnType<typeof startRoster>>
type Options = { pairs?: number | undefined; size: number }

export const benchmark: Benchmark = {
  summary:
    'batches of 100 notifications compared with one durable write; 10,000 for one account; 10,000 due accounts during a large import (--size 1000000)',
  async run({ pairs, size = LARGE }) {
    const redisUrl = process.env.REDIS_URL || undefined
    const roster = await startRoster([SMALL, size], redisUrl)
    const pool = new pg.Pool({ connectionString: roster.databaseUrl, max: 2 })
    try {
      print(
        `queue: ${redisUrl ? 'Redis' : 'Postgres'}; POSTs of ${BATCH} notifications, each for another account`,
        await accept(roster, pool, { pairs, size }),
      )
      print(`${ACCOUNTS} notifications for one account`, await burst(roster, pool))
      print(`${ACCOUNTS} accounts due at once, while ${size} users are imported`, await manyDue(roster, pool, size))
    } finally {
      await pool.end()
      await roster.end()
    }
  },
}

const newAccounts = (roster: Roster, pool: pg.Pool, count: number): Promise<KnownAccount[]> =>
  addKnownAccounts(
    pool,
    Array.from({ length: count }, () => roster.newAccount(SMALL)),
    directoryOf(SMALL),
  )

/** Measures the API's acceptance only; the resulting runs are measured further down. */
async function accept(roster: Roster, pool: pg.Pool, { pairs }: Options): Promise<string> {
  await roster.restart('api')
  const accounts = await newAccounts(roster, pool, NOTIFIED)
  const floorServer = await startProcess(join(import.meta.dirname, '../notifications/floor-receiver.ts'), {
    DATABASE_URL: roster.databaseUrl,
  })
  const requests = accounts.map((account) => ({
    host: 'localhost',
    path: `/webhooks/graph/${account.accountId}`,
    body: notificationsFor(account, BATCH),
  }))
  const open = (url: string) => RawLoad.open(Number(new URL(url).port), requests, { expected: 202 })
  const loads = [await open(roster.url()), await open(floorServer.url)] as const
  const side = (name: string, load: RawLoad, pid: number, table: string) => ({
    name,
    processes: [pid],
    async work(milliseconds: number) {
      await pool.query(`update ${table} set hinted_at = null where hinted_at is not null`)
      return load.work(milliseconds)
    },
  })
  const ours = side('user-sync-worker', loads[0], roster.processes()[0] ?? 0, 'roster.account_sync')
  const floor = side('Fastify + one update', loads[1], floorServer.pid, 'floor_mark')
  const { text } = await comparePaired(ours, floor, { unit: 'POSTs', ...(pairs !== undefined && { pairs }) })
  for (const load of loads) load.close()
  await floorServer.stop()
  await pool.query('delete from roster.account_sync')
  await roster.restart()
  return text
}

async function burst(roster: Roster, pool: pg.Pool): Promise<string> {
  const [account] = await newAccounts(roster, pool, 1)
  if (!account) return ''
  const body = notificationsFor(account, BATCH)
  const load = await RawLoad.open(
    Number(new URL(roster.url()).port),
    Array.from({ length: ACCOUNTS / BATCH }, () => ({
      host: 'localhost',
      path: `/webhooks/graph/${account.accountId}`,
      body,
    })),
    { expected: 202 },
  )
  await load.once()
  load.close()
  const idle = `select (select count(*)::int from roster.sync_run where account_id = $1) as runs, (select hinted_at is null from roster.account_sync
    where account_id = $1) and not exists (select from roster.sync_run where account_id = $1 and finished_at is null) as idle`
  for (;;) {
    const row = (await pool.query<{ runs: number; idle: boolean }>(idle, [account.accountId])).rows[0]
    if (row?.idle && row.runs > 0) return `${row.runs} delta run(s)`
    await sleep(100)
  }
}

const STARTED = `
select extract(epoch from started_at - $1::timestamptz)::float8 as started, extract(epoch from finished_at - $1::timestamptz)::float8 as finished
from roster.sync_run where requested_by = 'schedule' and created_at >= $1::timestamptz`

/** Measured twice: at first every account needs a token, later it has one. */
async function manyDue(roster: Roster, pool: pg.Pool, size: number): Promise<string> {
  const accounts = await newAccounts(roster, pool, ACCOUNTS)
  const importing = roster.importEverybody(roster.newAccount(size))
  const seen = async () =>
    Number(
      (await pool.query(`select seen from roster.sync_run where kind = 'import' order by id desc limit 1`)).rows[0]
        ?.seen ?? 0,
    )
  while ((await seen()) === 0) await sleep(100)
  const lines: string[] = []
  for (const title of ['without tokens', 'with tokens']) {
    const [before, used] = [await seen(), processorSeconds(roster.processes())]
    const { rows } = await pool.query<{ now: Date }>(
      `with due as (update roster.account_sync set next_delta_at = now() where account_id = any($1::uuid[])) select now() as now`,
      [accounts.map(({ accountId }) => accountId)],
    )
    const runs = await untilFinished(pool, rows[0]?.now ?? new Date())
    const share = (column: 'started' | 'finished', part: number) =>
      quantile(
        runs.map((run) => run[column] ?? Number.NaN),
        part,
      ).toFixed(1)
    const processor = ((processorSeconds(roster.processes()) - used) * 1_000) / runs.length
    lines.push(
      `${title}: started after ${share('started', 0.5)} s (median), ${share('started', 1)} s (last); finished after ${share('finished', 1)} s (last); ` +
        `${processor.toFixed(1)} ms processor each, the import went on from ${before} to ${await seen()} users`,
    )
  }
  await importing
  return [...lines, `${peakMemoryMb(roster.processes())} MB peak`].join('\n')
}

async function untilFinished(pool: pg.Pool, since: Date) {
  for (;;) {
    const { rows } = await pool.query<{ started: number | null; finished: number | null }>(STARTED, [since])
    if (rows.length === ACCOUNTS && rows.every(({ finished }) => finished !== null)) return rows
    await sleep(500)
  }
}

const print = (title: string, text: string) => process.stdout.write(`${title}\n${text}\n\n`)
