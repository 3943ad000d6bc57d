import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

/**
 * A proxy (RFC 9110 9.3.6) whose tunnels all end at one local port, so that unmodified clients reach the emulator under
 * Microsoft's own host names. Any other host than those of `hosts` is refused: nothing leaves the machine.
 */
export async function startConnectProxy(port: number, hosts: readonly string[]) {
  const server = createServer((_request, response) => response.writeHead(405).end())
  server.on('connect', ({ url = '' }, socket) => {
    if (!hosts.includes(url.replace(/:443$/, ''))) {
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
      return
    }
    const tunnel = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      tunnel.pipe(socket).pipe(tunnel)
    })
    for (const end of [socket, tunnel]) end.on('error', () => [socket, tunnel].map((each) => each.destroy()))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
