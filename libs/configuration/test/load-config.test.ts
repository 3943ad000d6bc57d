import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigError, loadConfig } from '../src/load-config.ts'
import { InternalTokenKeys, isLoopbackHost, KeyEncryptionKeys, Origin, TrustedProxies } from '../src/settings.ts'

const Config = z.object({
  PORT: z.coerce.number().int().max(65535).default(8080),
  BASE_URL: Origin,
  KEY_ENCRYPTION_KEYS: KeyEncryptionKeys,
})
const bytes = randomBytes(32)
const key = bytes.toString('base64')
const right = { BASE_URL: 'https://phone.example', KEY_ENCRYPTION_KEYS: key }

function linesFor(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(Config, environment)
  } catch (error) {
    if (error instanceof ConfigError) return error.lines
  }
  return []
}

test('S51 every wrong setting has a line of its own that names it and never shows its value', () => {
  const lines = linesFor({ PORT: 'eighty', BASE_URL: 'secret-value', KEY_ENCRYPTION_KEYS: 'c2hvcnQ=' })
  expect(lines.map((line) => line.split(':')[0])).toEqual(['PORT', 'BASE_URL', 'KEY_ENCRYPTION_KEYS'])
  expect(lines.join()).not.toContain('secret-value')
  expect(lines.join()).not.toContain('c2hvcnQ')
})

test('S51 a missing setting and an empty one are both called missing', () => {
  expect(linesFor({ BASE_URL: '', KEY_ENCRYPTION_KEYS: key })).toEqual(['BASE_URL: is missing'])
})

test('S51 a misspelled setting of ours is refused, the rest of the environment is not looked at', () => {
  expect(linesFor({ ...right, MICROSOFT_LOGIN_URI: 'x' })).toEqual([
    'MICROSOFT_LOGIN_URI: is not a setting of this service',
  ])
  expect(loadConfig(Config, { ...right, HOSTNAME: 'pod-1', npm_config_x: 'y' }).PORT).toBe(8080)
})

test('S51 keys are read as base64 and base64url, several of them, with their lengths checked', () => {
  const other = randomBytes(32)
  expect(KeyEncryptionKeys.parse(`${key}, ${other.toString('base64url')}`)).toEqual([bytes, other])
  expect(KeyEncryptionKeys.safeParse(randomBytes(33).toString('base64')).success).toBe(false)
  expect(InternalTokenKeys.safeParse(randomBytes(48).toString('base64')).success).toBe(true)
  expect(InternalTokenKeys.safeParse(randomBytes(31).toString('base64')).success).toBe(false)
})

test('S26 S51 a key is read from the file its setting names; a file that cannot be read, is empty, or stands beside the value is one line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const { KEY_ENCRYPTION_KEYS: _, ...others } = right
  const held = file('keys', `${key}\n`)
  expect(loadConfig(Config, { ...others, KEY_ENCRYPTION_KEYS_FILE: held }).KEY_ENCRYPTION_KEYS).toEqual([bytes])
  expect(linesFor({ ...others, KEY_ENCRYPTION_KEYS_FILE: join(folder, 'none') })).toEqual([
    'KEY_ENCRYPTION_KEYS_FILE: the file cannot be read',
  ])
  expect(linesFor({ ...others, KEY_ENCRYPTION_KEYS_FILE: file('empty', ' ') })).toEqual([
    'KEY_ENCRYPTION_KEYS_FILE: the file is empty',
  ])
  expect(linesFor({ ...right, KEY_ENCRYPTION_KEYS_FILE: held })).toEqual([
    'KEY_ENCRYPTION_KEYS_FILE: is given beside KEY_ENCRYPTION_KEYS',
  ])
  expect(loadConfig(Config, { ...right, BOOTSTRAP_API_KEY_FILE: held }).PORT).toBe(8080) // another service's
  rmSync(folder, { recursive: true })
})

test.each([
  ['http://phone.localhost:4000', true],
  ['http://127.0.0.1:4010', true],
  ['http://[::1]:4010', true],
  ['https://login.example', true],
  ['http://phone.example', false],
  ['http://localhost.phone.example', false],
  ['https://phone.example/path', false],
  ['https://user@phone.example', false],
  ['https://phone.example?x=1', false],
  ['ftp://phone.example', false],
  ['file:///etc/passwd', false],
])('T-100 an origin: %s is accepted: %s', (text, accepted) => {
  expect(Origin.safeParse(text).success).toBe(accepted)
})

test('T-100 look-alikes of loopback are no loopback', () => {
  for (const host of ['localhost', 'a.b.localhost', '127.9.9.9', '[::1]']) expect(isLoopbackHost(host), host).toBe(true)
  for (const host of [
    'localhost.evil.test',
    '127.0.0.1.evil.test',
    'xlocalhost',
    '0.0.0.0',
    '2130706433',
    '169.254.169.254',
  ])
    expect(isLoopbackHost(host), host).toBe(false)
})

test('T-70 no proxy is trusted by default', () => {
  expect(TrustedProxies.parse(undefined)).toEqual([])
  expect(TrustedProxies.parse('10.0.0.1, 10.1.0.0/16')).toEqual(['10.0.0.1', '10.1.0.0/16'])
})
