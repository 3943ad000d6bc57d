import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withTestDatabase } from '../test-database.ts'
import { SQL_RULES, type SqlRules } from './sql-rules.ts'

const FILES = '{services/*/migrations,libs/postgres/sql}/{functions,triggers,policies}/*.sql'

/**
 * Breaks each rule of the chosen files once, in a copy of its workspace, and expects a test to fail. Prints one line per
 * rule; returns the rules that no test noticed, and those whose tests could not run.
 */
export async function breakSqlRules(root: string, isChosen: (file: string) => boolean): Promise<string[]> {
  const stale = staleRules(root)
  const chosen = SQL_RULES.filter(({ file }) => isChosen(file))
  if (stale.length > 0 || chosen.length === 0) return stale
  return withTestDatabase(async (environment) => {
    const survivors: string[] = []
    for (const rules of chosen) survivors.push(...(await breakRulesOf(root, rules, environment)))
    return survivors
  })
}

/** Names the texts and tests of the list that do not exist, and the SQL files that it leaves out. */
export function staleRules(root: string): string[] {
  const listed = new Set(SQL_RULES.map(({ file }) => file))
  const unlisted = globSync(FILES, { cwd: root }).filter((file) => !listed.has(file.replaceAll('\\', '/')))
  return [
    ...unlisted.map((file) => `${file}: none of its rules is broken`),
    ...SQL_RULES.flatMap(({ file, tests, broken }) => {
      const text = readFileSync(join(root, file), 'utf8')
      const missing = tests.filter((name) => globSync(testFile(file, name), { cwd: root }).length === 0)
      return [
        ...missing.map((name) => `${file}: there is no test ${name}`),
        ...broken
          .filter(([, from]) => text.split(from).length !== 2)
          .map(([fault, from]) => `${file}: "${fault}" replaces a text that is not there exactly once: ${from}`),
      ]
    }),
  ]
}

async function breakRulesOf(
  root: string,
  { file, tests, broken }: SqlRules,
  environment: NodeJS.ProcessEnv,
): Promise<string[]> {
  const [folder = '', workspace = '', ...path] = file.split('/')
  const copy = join(root, '.stryker-tmp', workspace)
  cpSync(join(root, folder, workspace), copy, {
    recursive: true,
    filter: (source) => !/[\\/](node_modules|dist|\.turbo)$/.test(source),
  })
  const mutated = join(copy, ...path)
  const original = readFileSync(mutated, 'utf8')
  const run = (text: string) => {
    writeFileSync(mutated, text)
    return outcome(copy, tests, environment)
  }
  try {
    if ((await run(original)) !== 'survived') return [`${file}: its tests fail without a broken rule`]
    const survivors: string[] = []
    for (const [fault, from, to] of broken) {
      const result = await run(original.replace(from, () => to))
      process.stdout.write(`${result} ${file}: ${fault}\n`)
      if (result !== 'killed') survivors.push(`${file}: ${fault} (${result})`)
    }
    return survivors
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

type Outcome = 'killed' | 'survived' | 'not run'

/** SQL that cannot be applied fails the set-up of every test, and no test itself. */
async function outcome(copy: string, tests: readonly string[], environment: NodeJS.ProcessEnv): Promise<Outcome> {
  const report = join(copy, 'test-report.json')
  rmSync(report, { force: true })
  const files = tests.map((name) => `test/${name}.test.ts`)
  const run = spawn('vitest', ['run', '--bail=1', '--reporter=json', `--outputFile=${report}`, ...files], {
    cwd: copy,
    env: { ...process.env, ...environment },
    stdio: 'ignore',
    shell: process.platform === 'win32',
  })
  const [code] = await once(run, 'close')
  if (code === 0) return 'survived'
  if (!existsSync(report)) return 'not run'
  const { numFailedTests } = JSON.parse(readFileSync(report, 'utf8')) as { numFailedTests: number }
  return numFailedTests > 0 ? 'killed' : 'not run'
}

function testFile(file: string, test: string): string {
  return `${file.split('/').slice(0, 2).join('/')}/test/${test}.test.ts`
}
