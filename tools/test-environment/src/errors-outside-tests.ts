import { rmSync, writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

type Thrown = { name?: string; message: string; stack?: string }

/**
 * Writes what fails a run outside of its tests: a rejection nobody waits for, a worker that died, a file that could not
 * be read, a hook. Vitest's own JSON report tells some of it, and not what was thrown.
 */
export function errorsOutsideTests(outputFile: string): Reporter {
  return {
    onInit: () => rmSync(outputFile, { force: true }),
    onTestRunEnd: (modules, unhandled) => {
      const errors = [...unhandled.map(told), ...modules.flatMap(errorsOf)]
      if (errors.length > 0) writeFileSync(outputFile, JSON.stringify(errors))
    },
  }
}

function errorsOf(module: TestModule): string[] {
  const ofSuites = [...module.children.allSuites()].flatMap((suite) =>
    suite.errors().map((error) => `${suite.fullName}: ${told(error)}`),
  )
  return [...module.errors().map(told), ...ofSuites].map((error) => `${module.relativeModuleId}: ${error}`)
}

function told({ name, message, stack }: Thrown): string {
  return stack ?? `${name ?? 'Error'}: ${message}`
}
