import { findProxy, readShipped, runProxy, type ShippedProxy } from './proxy.ts'

const binary = findProxy('envoy')

export const envoy: ShippedProxy = {
  name: 'Envoy',
  isInstalled: binary !== undefined,
  redirectsPages: false,
  passesRetryAfter: false,
  withoutGateway: 503,
  withoutFrontend: 503,
  start: ({ gateway, frontend }) =>
    runProxy(async (_folder, port) => {
      const file = await readShipped('envoy.yaml', {
        'address: auth-gateway.jackfield.svc.cluster.local, port_value: 8080': `address: 127.0.0.1, port_value: ${gateway}`,
        'address: portal.default.svc.cluster.local, port_value: 80': `address: 127.0.0.1, port_value: ${frontend}`,
        'address: 0.0.0.0, port_value: 8080': `address: 127.0.0.1, port_value: ${port}`,
        'phone.example': 'phone.localhost',
      })
      const args = ['-c', 'envoy.yaml', '--concurrency', '1', '--disable-hot-restart', '--log-level', 'warning']
      return { binary, args, files: { 'envoy.yaml': file } }
    }),
}
