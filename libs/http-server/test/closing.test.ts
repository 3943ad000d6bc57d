import { Agent, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createServer } from '../src/create-server.ts'

const PATIENCE_MS = 3_000

/** A server that takes its time, and a client that keeps its connection, as an ingress does. */
async function givenServer(answer: (reply: { raw: import('node:http').ServerResponse; hijack(): void }) => Promise<unknown>) {
  const app = createServer({ name: 'test', logLevel: 'silent', healthChecks: {} })
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

test('QC-02 a request under way is answered, and its kept connection does not hold up the end', async () => {
  const { app, agent, asked } = await givenServer(async () => {
    await sleep(400)
    return { well: 'done' }
  })
  await sleep(100)
  const began = performance.now()
  const closed = app.close()
  expect(await textOf(await asked)).toBe('{"well":"done"}')
  await closed
  expect(performance.now() - began).toBeLessThan(PATIENCE_MS)
  agent.destroy()
})

test('QC-02 nor does that of a stream whose head had been sent before', async () => {
  const { app, agent, asked } = await givenServer(async (reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
    reply.raw.write('one ')
    await sleep(400)
    reply.raw.end('two')
  })
  const answer = await asked
  const began = performance.now()
  const closed = app.close()
  expect(await textOf(answer)).toBe('one two')
  await closed
  expect(performance.now() - began).toBeLessThan(PATIENCE_MS)
  agent.destroy()
})
