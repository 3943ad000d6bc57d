import pg from 'pg'

/** What `auto_explain` tells of a statement that ran, with its own parameters: also those within triggers. */
export type CapturedPlan = {
  text: string
  /** The most rows that one of its nodes looked at, whether they were wanted or not. */
  lookedAt: number
  /** That node, and how often it ran. */
  busiest: string
}

type Node = Record<string, unknown> & { Plans?: Node[] }
type Explained = { 'Query Text': string; Plan: Node }

const REMOVED = [
  'Rows Removed by Filter',
  'Rows Removed by Join Filter',
  'Rows Removed by Index Recheck',
  'Heap Fetches',
]

const CAPTURE: Readonly<Record<string, string>> = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_timing': 'off',
  'auto_explain.log_nested_statements': 'on',
  'auto_explain.log_format': 'json',
  'auto_explain.log_level': 'notice',
}

/** From now on whoever connects to the database is sent the plan of every statement that they run. */
export async function capturing(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    for (const [name, value] of Object.entries(CAPTURE)) {
      await client.query(`alter database ${client.database} set ${name} = ${value}`)
    }
  } finally {
    await client.end()
  }
}

/** The plans of all that a pool's connections run from now on; `take` answers and forgets them. */
export function capturedPlans(pool: pg.Pool): { take(): CapturedPlan[] } {
  let plans: CapturedPlan[] = []
  pool.on('connect', (client) =>
    client.on('notice', ({ message = '' }) => {
      const json = message.indexOf('{')
      if (message.startsWith('duration:') && json > 0) plans.push(read(JSON.parse(message.slice(json))))
    }),
  )
  return {
    take() {
      const taken = plans
      plans = []
      return taken
    },
  }
}

function read({ 'Query Text': text, Plan: root }: Explained): CapturedPlan {
  const nodes = flat(root).map((node) => ({ node, lookedAt: lookedAt(node) }))
  const busiest = nodes.reduce((most, each) => (each.lookedAt > most.lookedAt ? each : most))
  return { text: text.trim(), lookedAt: busiest.lookedAt, busiest: describe(busiest.node) }
}

const flat = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(flat)]
const count = (node: Node, name: string) => Number(node[name] ?? 0)

/** Of both sides of a join without an order or a hash, each pair is looked at. */
function lookedAt(node: Node): number {
  const each = count(node, 'Actual Rows') + REMOVED.reduce((sum, name) => sum + count(node, name), 0)
  return Math.round(each * count(node, 'Actual Loops'))
}

function describe(node: Node): string {
  const names = [
    'Node Type',
    'Relation Name',
    'Index Name',
    'CTE Name',
    'Index Cond',
    'Filter',
    'Join Filter',
    'Actual Loops',
    'Actual Rows',
    ...REMOVED,
  ]
  return names.flatMap((name) => (node[name] === undefined ? [] : [`${name}: ${node[name]}`])).join('; ')
}
