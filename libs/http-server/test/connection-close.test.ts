import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, test } from 'vitest'
import { whenConnectionCloses } from '../src/connection-close.ts'

test('FC-63 IL-11 every pipelined request of a connection that is cut off is reported once; answered ones are not', async () => {
  const waiting: ServerResponse[] = []
  const gone: string[] = []
  const server = createServer(({ socket, url = '' }, response) => {
    const takeBack = whenConnectionCloses(socket, () => gone.push(url))
    if (url === '/0') response.end(takeBack)
    else waiting.push(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  for (const n of Array.from({ length: 20 }).keys()) client.write(`GET /${n} HTTP/1.1\r\nhost: x\r\n\r\n`)
  await expect.poll(() => waiting.length).toBe(19)
  client.destroy()
  await expect.poll(() => gone.length).toBe(19)
  expect(gone).not.toContain('/0')
  server.close()
})
