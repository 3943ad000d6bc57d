import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const root = join(import.meta.dirname, '../..')

/** The domain tests of one service. They need no store, so they can run once per mutant. */
export default defineConfig({
  test: {
    root,
    include: [`services/${process.env.MUTATED_SERVICE}/test/domain/**/*.test.ts`],
    pool: 'threads',
    // Instrumented code is slow on a busy machine; StrykerJS itself stops a mutant that never ends.
    testTimeout: 30_000,
  },
})
