import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const README = new URL('../README.md', import.meta.url)
const root = dirname(README.pathname)
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(import.meta.dirname, 'readme-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs the README's lines, followed by a test that uses their result. */
async function runWithVitest(lines: string): Promise<{ code: number | null; output: string }> {
  const file = join(folder, 'lines.test.ts')
  const use = `test('it answers', async () => {
  expect((await fetch(\`\${m365.origin}/common/v2.0/.well-known/openid-configuration\`)).status).toBe(200)
})`
  await writeFile(file, `import { afterAll, expect, test } from 'vitest'\n${lines}\n${use}\n`)
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', file, '--reporter=verbose'], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '' },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

test('the three lines of the README start the emulator in Vitest', { timeout: 120_000 }, async () => {
  const readme = await readFile(README, 'utf8')
  const lines = /## In a test, in three lines\n+```ts\n([\s\S]*?)```/.exec(readme)?.[1]?.trim() ?? ''
  expect(lines.split('\n')).toHaveLength(3)
  const { code, output } = await runWithVitest(lines)
  expect(output).toMatch(/it answers/)
  expect(code, output).toBe(0)
})

test('the README’s example of a configuration file is valid', async () => {
  const { ConfigFile } = await import('../src/config.ts')
  const example = /```json\n([\s\S]*?)```/.exec(await readFile(README, 'utf8'))?.[1] ?? ''
  expect(ConfigFile.parse(JSON.parse(example)).directories.length).toBeGreaterThan(0)
})
