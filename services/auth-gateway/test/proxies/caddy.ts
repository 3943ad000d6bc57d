import { findProxy, localAddresses, readShipped, runProxy, type ShippedProxy } from './proxy.ts'

const binary = findProxy('caddy')

export const caddy: ShippedProxy = {
  name: 'Caddy',
  isInstalled: binary !== undefined,
  redirectsPages: true,
  passesRetryAfter: true,
  withoutGateway: 502,
  withoutFrontend: 502,
  start: (upstream) =>
    runProxy(async (_folder, port) => {
      const site = await readShipped('Caddyfile', localAddresses(upstream, port))
      const args = ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile']
      return { binary, args, files: { Caddyfile: `{\n\tadmin off\n}\n${site}` } }
    }),
}
