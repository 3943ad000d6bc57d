import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseAllDocuments } from 'yaml'
import { findProxy, readShipped, runProxy, type ShippedProxy, type Upstream } from './proxy.ts'

const binary = findProxy('traefik')

/** Traefik reads the shipped resources where it reads them in a cluster: from an API server, here a list of theirs. */
export const traefik: ShippedProxy = {
  name: 'Traefik',
  isInstalled: binary !== undefined,
  redirectsPages: false,
  passesRetryAfter: true,
  withoutGateway: 500,
  withoutFrontend: 502,
  async start(upstream) {
    const cluster = await startCluster(upstream)
    const running = await runProxy(async (_folder, port) => {
      const settings = await readShipped('traefik-static.yaml', {
        ':8443': `127.0.0.1:${port}`,
        'kubernetesCRD:': `kubernetesCRD:\n    endpoint: ${cluster.address}\n    token: any`,
      })
      return { binary, args: ['--configFile=traefik.yaml'], files: { 'traefik.yaml': settings } }
    })
    return {
      ...running,
      async close() {
        await running.close()
        await cluster.close()
      },
    }
  },
}

type Resource = {
  apiVersion: string
  kind: string
  metadata: { name: string; [more: string]: unknown }
  [more: string]: unknown
}

async function startCluster({ gateway, frontend }: Upstream) {
  const shipped = await readShipped('traefik.yaml', {
    'http://auth-gateway.jackfield.svc.cluster.local:8080': `http://127.0.0.1:${gateway}`,
    'phone\\.example': 'phone\\.localhost',
  })
  const resources: Resource[] = [
    ...parseAllDocuments(shipped).map((document) => document.toJS() as Resource),
    ...serviceAt('auth-gateway', 'jackfield', 8080, gateway),
    ...serviceAt('portal', 'default', 80, frontend),
  ]
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://cluster')
    const [, group = '', plural = ''] =
      /^\/(?:api|apis)\/(.+)\/(?:namespaces\/[^/]+\/)?([a-z]+)$/.exec(url.pathname) ?? []
    if (url.searchParams.get('sendInitialEvents') === 'true') return response.writeHead(400).end()
    response.writeHead(200, { 'content-type': 'application/json' })
    if (url.searchParams.has('watch')) return response.flushHeaders() // nothing ever changes
    const items = resources
      .filter(({ apiVersion, kind }) => apiVersion === group && `${kind.toLowerCase()}s` === plural)
      .map((item) => ({ ...item, metadata: { namespace: 'default', ...item.metadata } }))
    // Without a kind it is the list that was asked for.
    return response.end(JSON.stringify({ metadata: { resourceVersion: '1' }, items }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** A Service at the port of the manifests, with one endpoint. */
function serviceAt(name: string, namespace: string, port: number, ours: number): Resource[] {
  const metadata = { name, namespace }
  return [
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ name: 'http', port }] } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': name } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
      ports: [{ name: 'http', port: ours }],
    },
  ]
}
