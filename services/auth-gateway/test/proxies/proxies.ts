import { apache } from './apache.ts'
import { caddy } from './caddy.ts'
import { envoy } from './envoy.ts'
import { haproxy } from './haproxy.ts'
import { nginx } from './nginx.ts'
import type { ShippedProxy } from './proxy.ts'
import { traefik } from './traefik.ts'

/** Every proxy with shipped files. Where one is missing its tests are left out, but never on the build machine. */
export const PROXIES: readonly ShippedProxy[] = [apache, caddy, envoy, haproxy, nginx, traefik]

for (const { name, isInstalled } of PROXIES)
  if (!isInstalled && process.env.CI) throw new Error(`${name} is needed under CI`)
