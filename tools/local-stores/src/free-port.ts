import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below the ports that systems give to outgoing connections, one of which could take the port before its server. */
const FIRST = 15_000
const END = 32_000

/** A free TCP port on loopback. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(FIRST, END)
    if (!(await isPortTaken(port))) return port
  }
  throw new Error(`No port from ${FIRST} to ${END} is free.`)
}

/** Whether the port is in use, so that a second start fails before it starts anything. */
export async function isPortTaken(port: number): Promise<boolean> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<boolean>()
  server.once('error', () => resolve(true))
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)))
  return promise
}
