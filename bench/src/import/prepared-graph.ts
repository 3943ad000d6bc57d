import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { computedPopulation } from '@jackfield/m365-emulator/population/population'
import { PopulationSeed } from '@jackfield/m365-emulator/population/population-seed'
import { directoryOf, sizeOf } from './directories.ts'

// The part of Microsoft that imports call, in a process of its own. Every page is prepared before it is requested, so
// that neither side waits for a directory to be computed; tokens are unsigned. The directory of the token gives the
// number of users. Settings come from the environment.

const { PORT = '0', SIZES = '' } = process.env
const origin = `http://127.0.0.1:${PORT}`
const PAGE = 999

type Directory = { size: number; pages: Buffer[]; changes: number; changed: unknown[] }

function makeDirectory(size: number): Directory {
  const people = computedPopulation(PopulationSeed.parse({ size }), `d${size}.example`)
  const pages: Buffer[] = []
  for (let start = 0; start < size; start += PAGE) {
    const end = Math.min(size, start + PAGE)
    const value = Array.from({ length: end - start }, (_, index) => personAt(people, start + index))
    const link = end < size && { '@odata.nextLink': `${origin}/v1.0/users?$top=${PAGE}&$skiptoken=${pages.length + 1}` }
    pages.push(Buffer.from(JSON.stringify({ '@odata.context': `${origin}/v1.0/$metadata#users`, ...link, value })))
  }
  return { size, pages, changes: 0, changed: [] }
}

const SELECTED = [
  'id',
  'displayName',
  'givenName',
  'surname',
  'userPrincipalName',
  'mail',
  'businessPhones',
  'mobilePhone',
  'jobTitle',
  'department',
  'accountEnabled',
  'userType',
] as const

/** As in Graph's answers: unset properties are null, or an empty list. */
function personAt(people: ReturnType<typeof computedPopulation>, position: number) {
  const person = people.at(position)
  const properties = SELECTED.map((name) => [name, person[name] ?? (name === 'businessPhones' ? [] : null)])
  return Object.fromEntries(properties) as Record<string, unknown>
}

const directories = new Map(SIZES.split(',').map((size) => [directoryOf(Number(size)), makeDirectory(Number(size))]))

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', origin)
  const login = /^\/([\w-]{36})\/(v2\.0|oauth2)\//.exec(url.pathname)
  if (login)
    return void send(
      response,
      JSON.stringify(login[2] === 'v2.0' ? discoveryOf(String(login[1])) : tokenFor(String(login[1]))),
    )
  const found = directories.get(url.searchParams.get('directory') ?? directoryIn(request.headers.authorization))
  if (!found) return void response.writeHead(401).end('{"error":{"code":"InvalidAuthenticationToken"}}')
  if (url.pathname === '/changes') return void change(found, Number(url.searchParams.get('count')), response)
  if (url.pathname === '/v1.0/users/delta')
    return void send(response, JSON.stringify(changesIn(found, url.searchParams)))
  if (url.searchParams.has('$count'))
    return void send(response, JSON.stringify({ '@odata.count': found.size, value: [] }))
  send(response, found.pages[Number(url.searchParams.get('$skiptoken') ?? 0)] ?? '{"value":[]}')
})

function discoveryOf(directoryId: string) {
  const base = `${origin}/${directoryId}`
  return {
    issuer: `${base}/v2.0`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
  }
}

function tokenFor(directoryId: string) {
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url')
  return {
    access_token: `${part({ alg: 'none' })}.${part({ tid: directoryId })}.none`,
    token_type: 'Bearer',
    expires_in: 3_599,
  }
}

function directoryIn(authorization: IncomingMessage['headers']['authorization'] = ''): string {
  const payload = Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString() || '{}'
  return (JSON.parse(payload) as { tid?: string }).tid ?? ''
}

/** Renames users spread over the directory. */
function change(directory: Directory, count: number, response: ServerResponse): void {
  const people = computedPopulation(PopulationSeed.parse({ size: directory.size }), `d${directory.size}.example`)
  directory.changes += 1
  directory.changed = Array.from({ length: count }, (_, index) => {
    const person = personAt(people, Math.floor((index * directory.size) / count))
    return { ...person, displayName: `${person.displayName} ${directory.changes}` }
  })
  send(response, '{}')
}

function changesIn({ changes, changed }: Directory, query: URLSearchParams) {
  const from = query.get('$deltatoken')
  const value = from === 'latest' || Number(from) === changes ? [] : changed
  return { '@odata.deltaLink': `${origin}/v1.0/users/delta?$deltatoken=${changes}`, value }
}

function send(response: ServerResponse, body: string | Buffer): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body)
}

server.listen(Number(PORT), '127.0.0.1', () =>
  process.stdout.write(`ready ${[...directories.keys()].map(sizeOf).join()}\n`),
)
