import { rmSync, writeFileSync } from 'node:fs'
import type { Reporter } from 'vitest/node'

/**
 * Writes what was thrown while no test was there to catch it: a rejection nobody waits for, a worker that died.
 * It fails a run of which every test passed, and vitest's own JSON report does not tell it.
 */
export function errorsOutsideTests(outputFile: string): Reporter {
  return {
    onInit: () => rmSync(outputFile, { force: true }),
    onTestRunEnd: (_, errors) => {
      if (errors.length === 0) return
      const told = errors.map(({ name, message, stack }) => stack ?? `${name ?? 'Error'}: ${message}`)
      writeFileSync(outputFile, JSON.stringify(told))
    },
  }
}
