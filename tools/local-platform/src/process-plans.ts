import { join } from 'node:path'
import { compileCache, imageNodeOptions } from '@jackfield/local-stores/image-node-options'
import type { PlatformOptions } from './platform.ts'
import type { ProcessPlan } from './supervised-process.ts'

export type PlatformPorts = {
  ingress: number
  registry: number
  roster: number
  gateway: number
  portal: number
  emulator: number
  postgres: number
}

export const DEFAULT_PORTS: PlatformPorts = {
  ingress: 4000,
  registry: 4001,
  roster: 4002,
  gateway: 4003,
  portal: 4005,
  emulator: 4010,
  postgres: 4032,
}

export function platformAddresses(ports: PlatformPorts) {
  const host = (label: string) => `http://${label}phone.localhost:${ports.ingress}`
  return {
    base: host(''),
    control: host('control.'),
    tenant: (slug: string) => host(`${slug}.`),
    registry: `http://127.0.0.1:${ports.registry}`,
    roster: `http://127.0.0.1:${ports.roster}`,
    gateway: `http://127.0.0.1:${ports.gateway}`,
    emulator: `http://127.0.0.1:${ports.emulator}`,
  }
}

/** Every process with all its settings: the same settings that a platform team sets in Kubernetes. */
export function processPlans(options: PlatformOptions, databaseUrl: string): ProcessPlan[] {
  const { ports, settings, root } = options
  const addresses = platformAddresses(ports)
  const stores: Record<string, string> = {
    DATABASE_URL: databaseUrl,
    ...(options.redisUrl !== undefined && { REDIS_URL: options.redisUrl }),
    ...(options.redisPrefix !== undefined && { REDIS_PREFIX: options.redisPrefix }),
  }
  const nodeOptions = imageNodeOptions(root)
  const service = (name: string, port: number, environment: Record<string, string>): ProcessPlan => ({
    name,
    command: [...nodeOptions, join(root, 'services', name, 'src/main.ts')],
    environment: {
      ...compileCache(root),
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: options.logLevel,
      // There is no load balancer here, and Ctrl-C should be quick.
      SHUTDOWN_DELAY_SECONDS: '0',
      INTERNAL_TOKEN_KEYS: settings.internalTokenKey,
      MICROSOFT_LOGIN_URL: addresses.emulator,
      MICROSOFT_GRAPH_URL: addresses.emulator,
      ...environment,
    },
    readyUrl: `http://127.0.0.1:${port}/health/ready`,
  })
  return [
    {
      name: 'm365-emulator',
      command: [join(root, 'tools/m365-emulator/src/main.ts')],
      environment: {
        HOST: '127.0.0.1',
        PORT: String(ports.emulator),
        LOG_LEVEL: options.logLevel,
        EMULATOR_REDIRECT_ORIGINS: addresses.base,
        EMULATOR_STATE_FILE: join(options.dataFolder, 'm365-emulator.json'),
      },
      readyUrl: `${addresses.emulator}/_emulator/health`,
    },
    service('tenant-registry', ports.registry, {
      DATABASE_URL: databaseUrl,
      BASE_URL: addresses.base,
      KEY_ENCRYPTION_KEYS: settings.keyEncryptionKey,
      BOOTSTRAP_API_KEY: settings.bootstrapKey,
      ROSTER_URL: `http://127.0.0.1:${ports.roster}`,
    }),
    service('user-sync-worker', ports.roster, {
      ...stores,
      TENANT_REGISTRY_URL: addresses.registry,
      BASE_URL: addresses.base,
      WEBHOOK_BASE_URL: addresses.roster,
      KEY_ENCRYPTION_KEYS: settings.keyEncryptionKey,
    }),
    service('auth-gateway', ports.gateway, {
      ...stores,
      BASE_URL: addresses.base,
      KEY_ENCRYPTION_KEYS: settings.keyEncryptionKey,
      TENANT_REGISTRY_URL: addresses.registry,
      ROSTER_URL: addresses.roster,
      TRUSTED_PROXIES: '127.0.0.1',
      RATE_LIMIT_FACTOR: String(options.rateLimitFactor ?? 10),
      CONTROL_CONSOLE_DIR: join(root, 'services/control-console/dist'),
    }),
    {
      name: 'portal',
      command: [join(root, 'examples/portal/src/main.ts')],
      environment: { PORT: String(ports.portal), GATEWAY_URL: `http://127.0.0.1:${ports.gateway}` },
      readyUrl: `http://127.0.0.1:${ports.portal}/portal/health`,
    },
  ]
}
