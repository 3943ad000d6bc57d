import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { CALLS, STREAMS } from '../src/domain/admin-api.ts'
import { givenGateway, type World } from './given.ts'

const [SLOW, HEALTHY] = ['01890a5d-ac96-774b-bcce-b302099a8057', '01890a5d-ac96-774b-bcce-b302099a8058']

let world: World
let roster: Server
/** What the roster has not answered yet. */
let held: ServerResponse[] = []
const closed: string[] = []
let control: URL
const open = new Set<ClientRequest>()

beforeAll(async () => {
  roster = createServer((incoming, response) => {
    if (incoming.url?.endsWith('/events')) {
      response.on('close', () => closed.push(incoming.url ?? ''))
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 1000\n\n')
    } else if (incoming.url?.includes(SLOW)) held.push(response)
    else response.end('{}')
  })
  await new Promise<void>((resolve) => roster.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(roster.address() as AddressInfo).port}`
  world = await givenGateway({ backends: { registry: url, roster: url } })
  control = new URL(world.originOf('control'))
  for (const scope of [SLOW, HEALTHY])
    world.registry.keys.set(keyOf(scope), { id: `key:${scope}`, scope, role: 'read' })
})
afterEach(async () => {
  for (const each of open) each.destroy()
  letGo()
  await expect.poll(connections).toBe(0)
  closed.length = 0
})
afterAll(async () => {
  roster.closeAllConnections()
  roster.close()
  await world.close()
})

const keyOf = (scope: string) => `jf_test_${scope}`
const connections = () => open.size
const headersOf = (scope: string) => ({ host: control.host, authorization: `Bearer ${keyOf(scope)}` })
function letGo() {
  for (const response of held) response.end('{}')
  held = []
}
/** A request that stays open; its head of answer, once there is one. */
function begin(scope: string, path: string): { sent: ClientRequest; answer: Promise<IncomingMessage | undefined> } {
  const sent = request({
    host: '127.0.0.1',
    port: control.port,
    path: `/api/v1/tenants/${scope}${path}`,
    headers: headersOf(scope),
    agent: false,
  })
  open.add(sent)
  const answer = new Promise<IncomingMessage | undefined>((resolve) => {
    sent.on('response', (incoming) => resolve(incoming.resume()))
    sent.on('error', () => resolve(undefined))
    sent.on('close', () => open.delete(sent))
  })
  sent.end()
  return { sent, answer }
}
const beginMany = (count: number, scope: string, path: string) =>
  Array.from({ length: count }, () => begin(scope, path))
const answersOf = async (calls: Array<{ answer: Promise<IncomingMessage | undefined> }>) =>
  Promise.all(calls.map(({ answer }) => answer))
const statusesOf = (answers: Array<IncomingMessage | undefined>) => {
  const counts: Record<string, number> = {}
  for (const answer of answers) counts[answer?.statusCode ?? 0] = (counts[answer?.statusCode ?? 0] ?? 0) + 1
  return counts
}
/** Another tenant's call, and how it went within two seconds. */
async function expectHealthy() {
  const { sent, answer } = begin(HEALTHY, '/users')
  sent.setTimeout(2_000, () => sent.destroy())
  expect((await answer)?.statusCode).toBe(200)
}

test('FC-44 T-130 however many event streams a key asks for, a tenant has its number of them, and calls and other tenants’ streams go on', async () => {
  const streams = beginMany(STREAMS.atOnce, SLOW, '/sync-runs/r/events')
  const answers = await answersOf(streams)
  expect(statusesOf(answers)).toEqual({ 200: STREAMS.ofCaller, 429: STREAMS.atOnce - STREAMS.ofCaller })
  const refused = answers.find((answer) => answer?.statusCode === 429)
  expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0)
  expect(refused?.headers['content-type']).toContain('application/problem+json')
  await expectHealthy()
  expect((await begin(HEALTHY, '/sync-runs/r/events').answer)?.statusCode).toBe(200)

  // Who closes one may open another, and the roster's is closed with it.
  for (const { sent } of streams) sent.destroy()
  await expect.poll(() => closed.length, { timeout: 5_000 }).toBe(STREAMS.ofCaller)
  expect(statusesOf(await answersOf(beginMany(STREAMS.ofCaller, SLOW, '/sync-runs/r/events')))).toEqual({
    200: STREAMS.ofCaller,
  })
})

test('T-130 a tenant’s slow calls wait for its own slots: others are answered at once, and a call that waits too long is 429', async () => {
  const calls = beginMany(CALLS.ofCaller + CALLS.waitingOfCaller + 10, SLOW, '/users')
  await expect.poll(() => held.length).toBe(CALLS.ofCaller)
  await expectHealthy()
  const refused = new Set<IncomingMessage>()
  for (const { answer } of calls) void answer.then((incoming) => incoming?.statusCode === 429 && refused.add(incoming))
  await expect.poll(() => refused.size, { timeout: 3_000 }).toBe(10) // no place to wait
  letGo()
  await expect.poll(() => held.length).toBe(CALLS.ofCaller)
  await expectHealthy()
  await expect
    .poll(() => refused.size, { timeout: CALLS.waitMs + 2_000 })
    .toBe(10 + CALLS.waitingOfCaller - CALLS.ofCaller)
  expect([...refused].every(({ headers }) => Number(headers['retry-after']) > 0)).toBe(true)
  letGo()
  expect(statusesOf(await answersOf(calls))).toEqual({ 200: 2 * CALLS.ofCaller, 429: refused.size })
})

test('T-130 a call without a client holds its slot until the service behind has answered', async () => {
  const calls = beginMany(CALLS.ofCaller, SLOW, '/users')
  await expect.poll(() => held.length).toBe(CALLS.ofCaller)
  for (const { sent } of calls) sent.destroy()
  await expect.poll(connections).toBe(0)
  const next = begin(SLOW, '/users')
  await expectHealthy()
  expect(held).toHaveLength(CALLS.ofCaller)
  letGo()
  await expect.poll(() => held.length).toBe(1)
  letGo()
  expect((await next.answer)?.statusCode).toBe(200)
})

test('T-130 a service behind that breaks off frees every slot, and its refusal is not retried', async () => {
  const calls = beginMany(CALLS.ofCaller, SLOW, '/users')
  // A GET whose connection was closed is sent again, once.
  for (const _ of ['first', 'again']) {
    await expect.poll(() => held.length).toBe(CALLS.ofCaller)
    for (const response of held.splice(0)) response.destroy()
  }
  expect(statusesOf(await answersOf(calls))).toEqual({ 503: CALLS.ofCaller })
  const again = beginMany(CALLS.ofCaller, SLOW, '/users')
  await expect.poll(() => held.length).toBe(CALLS.ofCaller)
  for (const response of held.splice(0)) response.writeHead(503, { 'retry-after': '1' }).end('{}')
  expect(statusesOf(await answersOf(again))).toEqual({ 503: CALLS.ofCaller })
  expect(held).toEqual([])
})

test('T-130 pipelined calls of a closed connection free their slots', async () => {
  const head = Object.entries(headersOf(SLOW)).map(([name, value]) => `${name}: ${value}`)
  const call = [`GET /api/v1/tenants/${SLOW}/users HTTP/1.1`, ...head, '', ''].join('\r\n')
  const socket = connect(Number(control.port), '127.0.0.1')
  socket.write(call.repeat(CALLS.ofCaller))
  await expect.poll(() => held.length).toBe(CALLS.ofCaller)
  socket.destroy()
  await new Promise((resolve) => socket.once('close', resolve))
  letGo()
  await expect
    .poll(async () => {
      const { sent, answer } = begin(SLOW, '/users')
      await expect.poll(() => held.length + Number(sent.destroyed)).toBeGreaterThan(0)
      letGo()
      return (await answer)?.statusCode
    })
    .toBe(200)
})

test('FC-63 a gateway that is closed ends the event streams it forwards', async () => {
  const url = `http://127.0.0.1:${(roster.address() as AddressInfo).port}`
  const other = await givenGateway({ backends: { registry: url, roster: url } })
  const origin = new URL(other.originOf('control'))
  other.registry.keys.set(keyOf(HEALTHY), { id: `key:${HEALTHY}`, scope: HEALTHY, role: 'read' })
  const stream = request({
    host: '127.0.0.1',
    port: origin.port,
    path: `/api/v1/tenants/${HEALTHY}/sync-runs/${HEALTHY}/events`,
    headers: { ...headersOf(HEALTHY), host: origin.host },
    agent: false,
  })
  const began = new Promise<IncomingMessage>((resolve, reject) =>
    stream.once('response', resolve).once('error', reject),
  )
  stream.end()
  const ended = new Promise((resolve) => began.then((answer) => answer.resume().once('close', resolve)))
  expect((await began).statusCode).toBe(200)
  await other.close()
  await ended
})
