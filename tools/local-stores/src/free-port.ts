import { createServer } from 'node:net'

/** A free TCP port on loopback. */
export async function findFreePort(): Promise<number> {
  const server = createServer()
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.once('error', reject)
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))))
  })
  return promise
}

/** Whether the port is in use, so that a second start fails before it starts anything. */
export async function isPortTaken(port: number): Promise<boolean> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<boolean>()
  server.once('error', () => resolve(true))
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)))
  return promise
}
