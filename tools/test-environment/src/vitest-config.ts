import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { errorsOutsideTests } from './errors-outside-tests.ts'

/** How a workspace's tests run: real stores when it needs them, a report that the root command counts. */
export function testsOf(options: { stores?: boolean; timeoutSeconds?: number } = {}): ViteUserConfig {
  const globalSetup = options.stores ? [new URL('./global-setup.ts', import.meta.url).pathname] : []
  return defineConfig({
    test: {
      include: ['test/**/*.test.ts'],
      globalSetup,
      testTimeout: (options.timeoutSeconds ?? 60) * 1000,
      hookTimeout: 60_000,
      reporters: ['default', ['json', { outputFile: 'test-report.json' }], errorsOutsideTests('test-errors.json')],
      pool: 'forks',
      maxWorkers: 2,
    },
  })
}
