import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

// The gateway's tests run nginx.conf; the files that cannot run here are compared with it.

const root = join(import.meta.dirname, '../../..')
const read = (file: string) => readFileSync(join(root, 'deploy', file), 'utf8')
const documentsOf = (file: string) => parseAllDocuments(read(file)).map((document) => document.toJS())

/** Hop-by-hop headers and the host, which every proxy sets by itself. */
const OF_THE_CONNECTION = new Set(['host', 'upgrade', 'connection'])

/** The headers in nginx.conf's list: those it sets, and those it removes. */
const nginx = (() => {
  const list = [...read('ingress/nginx.conf').matchAll(/^ {2}proxy_set_header (\S+) (\S+);$/gm)].map(
    ([, name = '', value]) => ({
      name: name.toLowerCase(),
      isRemoved: value === '""',
    }),
  )
  const named = list.filter(({ name }) => !OF_THE_CONNECTION.has(name))
  return {
    all: named.map(({ name }) => name),
    removed: named.filter(({ isRemoved }) => isRemoved).map(({ name }) => name),
  }
})()

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

const Headers = z.record(z.string(), z.string())
const FORWARDED = ['x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'x-forwarded-for', 'x-real-ip']
const IDENTITY = ['x-auth-user', 'x-auth-tenant', 'x-auth-name', 'x-auth-email', 'x-auth-extensions']

test('T-139 nginx.conf lists every forwarded header, identity header and other name of an address or person', () => {
  expect(nginx.all).toEqual(
    expect.arrayContaining([...FORWARDED, ...IDENTITY, 'forwarded', 'x-original-url', 'x-forwarded-uri']),
  )
  expect(nginx.all).toEqual(expect.arrayContaining(['x-forwarded-method', 'x-forwarded-user', 'remote-user']))
  expect(nginx.removed.filter((name) => FORWARDED.includes(name) || IDENTITY.includes(name))).toEqual([])
})

describe('the files of Traefik', () => {
  /** Headers that Traefik 3 takes from no untrusted client and sets itself (pkg/middlewares/forwardedheaders). */
  const SET_BY_TRAEFIK = new Set([...FORWARDED, 'x-forwarded-server'])
  const documents = documentsOf('ingress/traefik.yaml')
  const Route = z.object({
    match: z.string(),
    middlewares: z.array(z.object({ name: z.string() })).default([]),
    services: z.tuple([z.looseObject({ name: z.string(), port: z.number(), namespace: z.string().optional() })]),
  })
  const specOf = (name: string) => documents.find(({ metadata }) => metadata.name === name)?.spec
  const routes = z.array(Route).parse(specOf('portal').routes)

  test('FC-70 lead to the port of the gateway’s Service, for sign-in and for checks', () => {
    const [signIn] = routes.filter(({ match }) => match.includes('PathPrefix(`/auth/`)'))
    expect(signIn?.services[0]).toEqual({ name: gateway.name, namespace: gateway.namespace, port: gateway.port })
    const forwardAuth = specOf('signed-in').forwardAuth
    expect(new URL(forwardAuth.address).host).toBe(`${gateway.host}:${gateway.port}`)
    expect(new URL(forwardAuth.address).pathname).toBe('/auth/verify/apps/portal')
    expect(forwardAuth).toMatchObject({ trustForwardHeader: false, authRequestHeaders: ['Cookie'] })
    expect(forwardAuth.authResponseHeaders.map((name: string) => name.toLowerCase()).sort()).toEqual(
      IDENTITY.toSorted(),
    )
  })

  test('T-139 drop on every route what nginx sets or drops and Traefik does not set, and every spelling with underscores', () => {
    const headers = Headers.parse(specOf('no-borrowed-identity').headers.customRequestHeaders)
    expect(Object.values(headers).every((value) => value === '')).toBe(true)
    const dropped = Object.keys(headers).map((name) => name.toLowerCase())
    const hyphened = nginx.all.filter((name) => !SET_BY_TRAEFIK.has(name))
    const underscored = nginx.all.filter((name) => name.includes('-')).map((name) => name.replaceAll('-', '_'))
    expect(dropped.toSorted()).toEqual([...hyphened, ...underscored].toSorted())
    for (const { middlewares } of routes) expect(middlewares[0]).toEqual({ name: 'no-borrowed-identity' })
  })
})

describe('the file of Envoy', () => {
  const [{ static_resources: resources }] = documentsOf('ingress/envoy.yaml')
  const manager = resources.listeners[0].filter_chains[0].filters[0].typed_config
  const filterOf = (name: string) =>
    manager.http_filters.find((filter: { name: string }) => filter.name.endsWith(name)).typed_config

  test('FC-70 leads to the port of the gateway’s Service', () => {
    const cluster = resources.clusters.find(({ name }: { name: string }) => name === 'gateway')
    const { socket_address: socket } = cluster.load_assignment.endpoints[0].lb_endpoints[0].endpoint.address
    expect(socket).toEqual({ address: gateway.host, port_value: gateway.port })
    expect(filterOf('ext_authz').http_service.path_prefix).toBe('/auth/verify/apps/portal')
  })

  test('T-139 sets or drops every header that nginx sets or drops, before the gateway is called, and drops underscores', () => {
    const Mutation = z.union([
      z.object({ remove: z.string() }),
      z.object({
        append: z.object({
          header: z.object({ key: z.string() }),
          append_action: z.literal('OVERWRITE_IF_EXISTS_OR_ADD'),
        }),
      }),
    ])
    const mutations = z.array(Mutation).parse(filterOf('header_mutation').mutations.request_mutations)
    const named = mutations.map((mutation) => ('remove' in mutation ? mutation.remove : mutation.append.header.key))
    // The connection manager replaces X-Forwarded-Proto, so it must not trust the client's claim about its address.
    expect(manager.use_remote_address).toBe(true)
    expect([...named, 'x-forwarded-proto'].toSorted()).toEqual(nginx.all.toSorted())
    expect(manager.common_http_protocol_options.headers_with_underscores_action).toBe('DROP_HEADER')
    expect(manager.http_filters.map(({ name }: { name: string }) => name.split('.').at(-1))).toEqual([
      'header_mutation',
      'ext_authz',
      'router',
    ])
  })

  test('FC-54 passes websockets, and answers 503 when the gateway does not answer', () => {
    expect(manager.upgrade_configs).toEqual([{ upgrade_type: 'websocket' }])
    expect(filterOf('ext_authz')).toMatchObject({
      failure_mode_allow: false,
      status_on_error: { code: 'ServiceUnavailable' },
    })
  })
})
