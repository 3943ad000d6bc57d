import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { defineConfig } from 'vitest/config'
import type { Reporter, TestModule } from 'vitest/node'

/** Repeats each failure in one line at the end: its details are pages above. */
const failures: Reporter = {
  onTestRunEnd(modules, unhandled) {
    const lines = [...modules.flatMap(failuresOf), ...unhandled.map(({ message }) => `outside of tests: ${message}`)]
    for (const line of lines) process.stderr.write(`failed ${line.split('\n', 1)}\n`)
  },
}

function failuresOf(module: TestModule): string[] {
  const file = `${module.project.name} ${module.relativeModuleId}`
  const { children } = module
  return [
    ...module.errors().map(({ message }) => `${file}: ${message}`),
    ...[...children.allSuites()].flatMap((suite) =>
      suite.errors().map(({ message }) => `${file} > ${suite.fullName}: ${message}`),
    ),
    ...[...children.allTests('failed')].map((test) => `${file} > ${test.fullName}`),
  ]
}

/** The tests of every workspace in one run, as `npm test` does it. A workspace alone uses its own configuration. */
export default defineConfig({
  test: {
    projects: globSync('{examples,libs,services,tools}/*/test', { cwd: import.meta.dirname }).map(dirname),
    reporters: ['default', failures],
  },
})
