import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const root = join(import.meta.dirname, '../..')

/** The domain tests of one service: they need no store, so that they run once per broken rule. */
export default defineConfig({
  test: {
    root,
    include: [`services/${process.env.MUTATED_SERVICE}/test/domain/**/*.test.ts`],
    pool: 'threads',
    // Instrumented code is slow on a busy machine; StrykerJS itself ends a mutant that runs for ever.
    testTimeout: 30_000,
  },
})
