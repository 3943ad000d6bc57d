import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readJson } from '../src/adapters/graph/read-body.ts'

const bodies: Buffer[] = []
const server = createServer(async (request, response) => {
  const body = bodies[Number(request.url?.slice(1))] ?? Buffer.alloc(0)
  response.writeHead(200, { 'content-length': body.length })
  // In pieces that end anywhere, also within a letter.
  for (let at = 0; at < body.length; at += 50_021) {
    response.write(body.subarray(at, at + 50_021))
    await new Promise(setImmediate)
  }
  response.end()
})
const answer = async (body: string | Buffer) => {
  const { port } = server.address() as AddressInfo
  return fetch(`http://127.0.0.1:${port}/${bodies.push(Buffer.from(body)) - 1}`)
}
beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'))
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const peopleOf = (size: number) =>
  Array.from({ length: size }, (_, position) => ({ displayName: `Jérôme 楊 🙂 ${position}`, mail: null }))

test('bodies of any size are read whole, one after the other and side by side', async () => {
  for (const size of [3, 20_000, 0, 999, 40_000, 1])
    expect(await readJson(await answer(JSON.stringify(peopleOf(size))))).toEqual(peopleOf(size))
  const sizes = [999, 10_000, 1, 998, 997, 20_000, 2, 3]
  const read = await Promise.all(sizes.map(async (size) => readJson(await answer(JSON.stringify(peopleOf(size))))))
  expect(read).toEqual(sizes.map(peopleOf))
})

test('a byte order mark and bytes that are no UTF-8 are read as response.json() reads them', async () => {
  for (const body of ['\uFEFF{"value":[]}', Buffer.from('{"value":"\xE9\xFF"}', 'latin1')]) {
    expect(await readJson(await answer(body))).toEqual(await (await answer(body)).json())
  }
})

test('what is empty or no JSON is refused, and the next body is read all the same', async () => {
  for (const body of ['', '<html>', JSON.stringify(peopleOf(999)).slice(0, -1)]) {
    await expect(answer(body).then(readJson)).rejects.toThrow(SyntaxError)
    expect(await readJson(await answer('{"value":[1]}'))).toEqual({ value: [1] })
  }
  await expect(readJson(new Response(null, { status: 204 }))).rejects.toThrow(SyntaxError)
})
