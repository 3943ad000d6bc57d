import { Agent, get, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, test } from 'vitest'
import { createServer } from '../src/create-server.ts'

const PATIENCE_MS = 3_000

/** A server that takes its time, and a client that keeps its connection, as an ingress does. */
async function givenServer(
  answer: (reply: { raw: import('node:http').ServerResponse; hijack(): void }) => Promise<unknown>,
  beforeClosing: () => Promise<void> = async () => undefined,
) {
  const app = createServer({ name: 'test', logLevel: 'silent', healthChecks: {} })
  app.addHook('preClose', beforeClosing)
  app.get('/slow', async (_request, reply) => answer(reply))
  await app.listen({ host: '127.0.0.1', port: 0 })
  const agent = new Agent({ keepAlive: true })
  const { port } = app.server.address() as AddressInfo
  const asked = new Promise<IncomingMessage>((resolve, reject) =>
    get({ host: '127.0.0.1', port, path: '/slow', agent }, resolve).on('error', reject),
  )
  return { app, agent, asked }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of answer.setEncoding('utf8')) text += part
  return text
}

test('QC-02 a request in flight is answered, and its kept connection does not hold up the end', async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { app, agent, asked } = await givenServer(async () => {
    arrive()
    await released
    return { well: 'done' }
  })
  await arrived
  const began = performance.now()
  const closed = app.close()
  await expect.poll(() => app.server.listening).toBe(false)
  release()
  expect(await textOf(await asked)).toBe('{"well":"done"}')
  await closed
  expect(performance.now() - began).toBeLessThan(PATIENCE_MS)
  agent.destroy()
})

test('QC-02 nor does that of a stream whose head had been sent before', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { app, agent, asked } = await givenServer(async (reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
    reply.raw.write('one ')
    await released
    reply.raw.end('two')
  })
  const answer = await asked
  const began = performance.now()
  const closed = app.close()
  await expect.poll(() => app.server.listening).toBe(false)
  release()
  expect(await textOf(answer)).toBe('one two')
  await closed
  expect(performance.now() - began).toBeLessThan(PATIENCE_MS)
  agent.destroy()
})

/** What a raw connection has heard, and a way to send on it. */
function connectTo(port: number) {
  const socket = connect(port, '127.0.0.1')
  const heard = { text: '', ended: false }
  socket.setEncoding('latin1').on('data', (part) => {
    heard.text += part
  })
  socket.on('close', () => {
    heard.ended = true
  })
  return { heard, ask: (path: string) => socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`) }
}

const portOf = ({ server }: { server: import('node:http').Server }) => (server.address() as AddressInfo).port

test('FC-63 once it drains it is live and not ready, and serves each request with Connection: close, on old connections as on new ones', async () => {
  const { app, agent, asked } = await givenServer(async () => ({ well: 'done' }))
  await asked
  const old = connectTo(portOf(app))
  old.ask('/health/ready')
  await expect.poll(() => old.heard.text).toContain('{"status":"ready"}')
  expect(old.heard).toMatchObject({
    text: expect.stringMatching(/^HTTP\/1.1 200 .*connection: keep-alive/is),
    ended: false,
  })

  app.drain()
  old.heard.text = ''
  old.ask('/health/live')
  await expect
    .poll(() => old.heard)
    .toMatchObject({ text: expect.stringMatching(/^HTTP\/1.1 200 .*connection: close/is), ended: true })
  for (const [path, status] of [
    ['/health/ready', 503],
    ['/health/live', 200],
    ['/slow', 200],
  ] as const) {
    const answer = await fetch(`http://127.0.0.1:${portOf(app)}${path}`)
    expect([path, answer.status, answer.headers.get('connection')]).toEqual([path, status, 'close'])
  }
  agent.destroy()
  await app.close()
})

test('FC-63 a request in flight when the server closes is answered with Connection: close, so no other follows it', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
  const { promise: closing, resolve: close } = Promise.withResolvers<void>()
  const { app, agent, asked } = await givenServer(
    async () => {
      arrive()
      await released
      return { well: 'done' }
    },
    async () => close(),
  )
  await arrived
  const closed = app.close()
  await closing
  release()
  expect((await asked).headers.connection).toBe('close')
  await closed
  agent.destroy()
})

test('FC-63 a request on a kept connection is served, too, while the server prepares to close', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { app, agent, asked } = await givenServer(
    async () => ({ well: 'done' }),
    () => released,
  )
  await asked
  const kept = connectTo(portOf(app))
  kept.ask('/slow')
  await expect.poll(() => kept.heard.text).toContain('done')
  kept.heard.text = ''
  const closing = app.close()
  kept.ask('/slow')
  await expect.poll(() => kept.heard.text).toMatch(/^HTTP\/1.1 200 .*connection: close.*done/is)
  release()
  await closing
  agent.destroy()
})
