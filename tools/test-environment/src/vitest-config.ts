import { defineConfig, type ViteUserConfig } from 'vitest/config'

/** How a workspace's tests run. `stores`: with Postgres and Redis; `last`: after those of all other workspaces. */
export function testsOf(options: { stores?: boolean; timeoutSeconds?: number; last?: boolean } = {}): ViteUserConfig {
  const globalSetup = options.stores ? [new URL('./global-setup.ts', import.meta.url).pathname] : []
  return defineConfig({
    test: {
      include: ['test/**/*.test.ts'],
      globalSetup,
      testTimeout: (options.timeoutSeconds ?? 60) * 1000,
      hookTimeout: 60_000,
      pool: 'forks',
      // More than there are cores: most tests wait for a store, a process or a browser.
      maxWorkers: options.last ? 2 : 4,
      sequence: { groupOrder: options.last ? 1 : 0 },
    },
  })
}
