import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

// The gateway's tests run every file of deploy/ingress; the addresses in the cluster, which they replace, are compared.

const root = join(import.meta.dirname, '../../..')
const read = (file: string) => readFileSync(join(root, 'deploy', file), 'utf8')
const documentsOf = (file: string) => parseAllDocuments(read(file)).map((document) => document.toJS())

/** The gateway in the cluster: its Service's name with the namespace, and its port. */
const gateway = (() => {
  const Service = z.looseObject({
    kind: z.literal('Service'),
    spec: z.looseObject({ ports: z.array(z.looseObject({ port: z.number() })) }),
  })
  const service = documentsOf('k8s/base/auth-gateway.yaml').find(({ kind }) => kind === 'Service')
  const [{ namespace }] = z
    .tuple([z.looseObject({ namespace: z.string() })])
    .parse(documentsOf('k8s/base/kustomization.yaml'))
  const { name } = z.object({ name: z.string() }).parse(service.metadata)
  const [{ port }] = z.tuple([z.object({ port: z.number() })]).parse(Service.parse(service).spec.ports)
  return { name, namespace, host: `${name}.${namespace}.svc.cluster.local`, port }
})()

test('FC-70 Traefik’s routes lead to the port of the gateway’s Service, for sign-in and for checks', () => {
  const documents = documentsOf('ingress/traefik.yaml')
  const Route = z.object({
    match: z.string(),
    services: z.tuple([z.looseObject({ name: z.string(), port: z.number(), namespace: z.string().optional() })]),
  })
  const specOf = (name: string) => documents.find(({ metadata }) => metadata.name === name)?.spec
  const [signIn] = z
    .array(Route)
    .parse(specOf('portal').routes)
    .filter(({ match }) => match.includes('PathPrefix(`/auth/`)'))
  expect(signIn?.services[0]).toEqual({ name: gateway.name, namespace: gateway.namespace, port: gateway.port })
  expect(new URL(specOf('signed-in').forwardAuth.address).host).toBe(`${gateway.host}:${gateway.port}`)
})

test('FC-70 Envoy’s cluster leads to the port of the gateway’s Service', () => {
  const [{ static_resources: resources }] = documentsOf('ingress/envoy.yaml')
  const cluster = resources.clusters.find(({ name }: { name: string }) => name === 'gateway')
  const { socket_address: socket } = cluster.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address
  expect(socket).toEqual({ address: gateway.host, port_value: gateway.port })
})

test.for(['nginx.conf', 'Caddyfile', 'haproxy.cfg', 'apache.conf'])(
  'FC-70 %s names the port of the gateway’s Service',
  (file) => {
    expect(read(`ingress/${file}`).replaceAll(/\n\s*# /g, ' ')).toContain(`its Service listens on ${gateway.port}`)
  },
)
