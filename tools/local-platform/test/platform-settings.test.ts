import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openPlatformSettings } from '../src/platform-settings.ts'
import { StartError } from '../src/start-error.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jackfield-settings-'))
})
afterEach(() => rm(folder, { recursive: true }))

const refused = (path: string) =>
  openPlatformSettings(path).then(
    () => 'opened',
    (error: unknown) => (error instanceof StartError ? error.message : error),
  )

test('a second start keeps the keys of the first, readable by the owner only', async () => {
  const first = await openPlatformSettings(folder)
  expect(await openPlatformSettings(folder)).toEqual(first)
  expect((await stat(join(folder, 'platform.json'))).mode & 0o077).toBe(0)
})

test('two installations have no key in common', async () => {
  const [one, other] = [await openPlatformSettings(join(folder, 'a')), await openPlatformSettings(join(folder, 'b'))]
  const keysOf = (settings: object) => Object.values(settings).filter((value) => typeof value === 'string')
  expect(keysOf(one).filter((key) => keysOf(other).includes(key))).toEqual([])
})

test('a path that is no folder gives one clear line', async () => {
  await writeFile(join(folder, 'file'), '')
  expect(await refused(join(folder, 'file'))).toMatch(
    /^the folder .*file can't be used \(EEXIST\): it must be readable and writable/,
  )
})

test('a read-only folder gives one clear line', async () => {
  await chmod(folder, 0o555)
  // Root can write everywhere, so the attempt uses another account.
  const root = process.getuid?.() === 0
  if (root) process.seteuid?.('nobody')
  try {
    expect(await refused(folder)).toMatch(/can't be used \(EACCES\)/)
  } finally {
    if (root) process.seteuid?.('root')
  }
})

test.each(['', '{', '{"adminKey":null}'])('damaged settings (%s) are refused and stay as they are', async (text) => {
  await writeFile(join(folder, 'platform.json'), text)
  expect(await refused(folder)).toMatch(/can't be used \(platform.json is damaged\)/)
  expect(await readFile(join(folder, 'platform.json'), 'utf8')).toBe(text)
})
