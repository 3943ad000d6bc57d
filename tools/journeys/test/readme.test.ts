import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { App } from '@jackfield/contract/tenants/app'
import { adminAccess } from '@jackfield/local-platform/admin-access'
import { provideDemo } from '@jackfield/local-platform/demo'
import { demoLogin, demoRegistration } from '@jackfield/local-platform/demo-registration'
import { DEFAULT_PORTS } from '@jackfield/local-platform/process-plans'
import { launchChromium } from '@jackfield/test-environment/chromium'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminEdge } from './admin-edge.ts'
import { type RunningPlatform, runPlatform } from './running-platform.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../../..')
let platform: RunningPlatform
/** Resembles the project's folder for a command of the README. */
let folder: string
beforeAll(async () => {
  platform = await runPlatform()
  platform.api = await adminAccess(platform.addresses.control, platform.settings, platform.dataFolder)
  const quiet = { onStep: () => undefined, onRun: () => undefined }
  await provideDemo(platform.api, platform.addresses.base, demoRegistration(), quiet)
  folder = await mkdtemp(join(tmpdir(), 'jackfield-readme-'))
  await symlink(platform.dataFolder, join(folder, '.data'))
}, 180_000)
afterAll(async () => {
  await platform?.end()
  await rm(folder, { recursive: true, force: true })
})

/** The commands of README.md with this beginning, on the ports of this platform. */
async function commandsOf(program: string): Promise<string[]> {
  const text = await readFile(join(root, 'README.md'), 'utf8')
  const blocks = [...text.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block)
  const { port } = new URL(platform.addresses.base)
  return blocks
    .filter((block) => block.startsWith(program))
    .map((block) => block.replaceAll(`:${DEFAULT_PORTS.ingress}`, `:${port}`))
}

test('the curl command of README.md registers the same web client as the demo', async () => {
  const withoutTag = ({ etag: _, ...app }: App) => app
  const webClient = async () => withoutTag(await platform.api<App>('GET', '/apps/web-client'))
  const before = await webClient()
  const [command = '', ...others] = await commandsOf('curl -X PUT ')
  expect(others).toEqual([])
  const { stdout } = await run('bash', ['-c', command], { cwd: folder })
  expect(withoutTag(JSON.parse(stdout))).toEqual(before)
  expect(await webClient()).toEqual(before)

  // Only that app creates the shared host.
  const shared = await run('curl', [
    '--silent',
    `${platform.addresses.tenant('web')}/auth/.well-known/openid-configuration`,
  ])
  expect(JSON.parse(shared.stdout)).toMatchObject({ issuer: `${platform.addresses.tenant('web')}/auth` })
})

test('S53 the curl commands of README.md connect the demo’s desk phone', async () => {
  const [block = ''] = await commandsOf('curl http://contoso.')
  const [ask = '', redeem = ''] = block.replaceAll('\\\n', ' ').trim().split('\n')
  const asked = JSON.parse((await run('bash', ['-c', ask])).stdout)
  const poll = async () =>
    JSON.parse((await run('bash', ['-c', redeem.replace('DEVICE_CODE', asked.device_code)])).stdout)
  expect(await poll()).toMatchObject({ error: 'authorization_pending' })

  const chromium = await launchChromium()
  try {
    const page = await (await chromium.newContext()).newPage()
    await page.goto(asked.verification_uri_complete)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('link', { name: 'Contoso 365' }).click()
    const { userPrincipalName, password } = demoLogin('Adele Vance')
    await page.getByLabel('User name').fill(userPrincipalName)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('The device is connected').waitFor()
  } finally {
    await chromium.close()
  }
  const tokens = await poll()
  const claims = JSON.parse(Buffer.from(tokens.id_token.split('.')[1], 'base64url').toString())
  expect(claims).toMatchObject({ aud: 'desk-phone', name: 'Adele Vance', extensions: ['101'] })
})

const jackfield = (...args: string[]) =>
  run(process.execPath, [join(root, 'tools/local-platform/src/jackfield.ts'), 'control-link', ...args]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  )
const local = () => [
  '--control',
  platform.addresses.control,
  '--api-key-file',
  join(platform.dataFolder, 'admin-api-key'),
]

test('S59 the command prints a new link each time, which opens Control once, and its lifetime', async () => {
  const edge = adminEdge(platform)
  const first = await jackfield(...local())
  expect(first.stderr).toMatch(
    /^It works once, within 15 minutes \(until \d\d:\d\d\)\. A new one: npm run jackfield -- control-link\n$/,
  )
  const second = await jackfield(...local())
  expect(second.stdout).not.toBe(first.stdout)
  for (const { stdout } of [first, second]) {
    const { origin, pathname, hash } = new URL(stdout.trim())
    expect([origin, pathname]).toEqual([platform.addresses.control, '/enter'])
    const session = await edge.enter(hash.slice(1))
    expect((await edge.as(session)({ method: 'GET', url: '/api/v1/tenants', headers: {} })).status).toBe(200)
    await expect(edge.enter(hash.slice(1))).rejects.toThrow('link-not-valid')
  }
})

test('S59 the command can limit the link to a role, and reports an error in one line', async () => {
  const edge = adminEdge(platform)
  const { stdout } = await jackfield(...local(), '--role', 'read')
  const reader = edge.as(await edge.enter(new URL(stdout.trim()).hash.slice(1)))
  expect((await reader({ method: 'DELETE', url: '/api/v1/apps/web-client', headers: {} })).status).toBe(403)

  const withoutKey = await jackfield('--control', platform.addresses.control, '--api-key-file', join(folder, 'absent'))
  expect(withoutKey).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^jackfield: there is no API key to read[^\n]*\n$/),
  })
  const wrongKey = await jackfield('--control', platform.addresses.control, '--api-key-file', join(root, 'LICENSE'))
  expect([wrongKey.code, wrongKey.stdout]).toEqual([1, ''])
  const nobody = await jackfield(
    '--control',
    'http://127.0.0.1:9',
    '--api-key-file',
    join(platform.dataFolder, 'admin-api-key'),
  )
  expect(nobody).toMatchObject({
    code: 1,
    stderr: 'jackfield: nothing answers at http://127.0.0.1:9: is the platform running?\n',
  })
})
