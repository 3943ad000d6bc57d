import { join } from 'node:path'
import { findProxy, localAddresses, readShipped, runProxy, type ShippedProxy } from './proxy.ts'

const binary = findProxy('haproxy')

export const haproxy: ShippedProxy = {
  name: 'HAProxy',
  isInstalled: binary !== undefined,
  redirectsPages: true,
  passesRetryAfter: true,
  withoutGateway: 503,
  withoutFrontend: 503,
  start: (upstream) =>
    runProxy(async (folder, port) => {
      const files = {
        'haproxy.cfg': await readShipped('haproxy.cfg', {
          ...localAddresses(upstream, port),
          '/etc/haproxy/haproxy.lua': join(folder, 'haproxy.lua'),
        }),
        'haproxy.lua': await readShipped('haproxy.lua', { '127.0.0.1:4000': `127.0.0.1:${upstream.gateway}` }),
      }
      return { binary, args: ['-db', '-f', 'haproxy.cfg'], files }
    }),
}
