import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import pg from 'pg'
import { directoryOf } from './directories.ts'

// The floor, in a process of its own: fetches and parses the same pages and, unless told to read only, upserts them
// from arrays while the next page is fetched. It has no lease, checkpoint, counts, token renewal or input validation,
// and no index but the person's. Settings come from the environment.

const { PORT = '0', DATABASE_URL = '', GRAPH_URL = '' } = process.env
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 2 })
await pool.query(`create table if not exists floor_user (tenant_id uuid, directory_id uuid, object_id uuid, display_name text, given_name text,
  surname text, user_principal_name text, mail text, business_phones text, mobile_phone text, job_title text, department text, user_type text,
  enabled boolean, primary key (tenant_id, directory_id, object_id))`)

const UPSERT = `
insert into floor_user select $1, $2, * from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
  $11::text[], $12::text[], $13::text[], $14::boolean[])
on conflict (tenant_id, directory_id, object_id) do update set display_name = excluded.display_name, given_name = excluded.given_name,
  surname = excluded.surname, user_principal_name = excluded.user_principal_name, mail = excluded.mail,
  business_phones = excluded.business_phones, mobile_phone = excluded.mobile_phone, job_title = excluded.job_title,
  department = excluded.department, user_type = excluded.user_type, enabled = excluded.enabled`

type Person = Record<string, string | null> & { accountEnabled: boolean; businessPhones: string[] }
type Page = { value: Person[]; '@odata.nextLink'?: string }

async function readPage(url: string, headers: Record<string, string>): Promise<Page> {
  return JSON.parse(await (await fetch(url, { headers })).text())
}

async function write(tenantId: string, directoryId: string, people: readonly Person[]): Promise<void> {
  const column = (name: string) => people.map((person) => person[name])
  const names = ['id', 'displayName', 'givenName', 'surname', 'userPrincipalName', 'mail'].map(column)
  const work = ['mobilePhone', 'jobTitle', 'department', 'userType', 'accountEnabled'].map(column)
  const phones = people.map(({ businessPhones }) => businessPhones.join(','))
  await pool.query({ name: 'upsert', text: UPSERT, values: [tenantId, directoryId, ...names, phones, ...work] })
}

async function importAll(directoryId: string, isRead: boolean): Promise<number> {
  const payload = Buffer.from(JSON.stringify({ tid: directoryId })).toString('base64url')
  const headers = { authorization: `Bearer x.${payload}.x` }
  const tenantId = randomUUID()
  let users = 0
  let reading: Promise<Page> | undefined = readPage(`${GRAPH_URL}/v1.0/users?$top=999`, headers)
  while (reading) {
    const page: Page = await reading
    const next = page['@odata.nextLink']
    reading = next === undefined ? undefined : readPage(next, headers)
    if (!isRead) await write(tenantId, directoryId, page.value)
    users += page.value.length
  }
  return users
}

createServer((request, response) => {
  const { searchParams: asked, pathname } = new URL(request.url ?? '', 'http://bare')
  const done = importAll(directoryOf(Number(asked.get('size'))), pathname === '/read')
  done.then(
    (users) => response.end(String(users)),
    (error) => response.writeHead(500).end(String(error)),
  )
}).listen(Number(PORT), '127.0.0.1', () => process.stdout.write('ready\n'))
