import { randomBytes } from 'node:crypto'
import { ConfigError, loadConfig } from '@jackfield/configuration/load-config'
import { expect, test } from 'vitest'
import { Config } from '../src/config.ts'

const KEY = randomBytes(32).toString('base64')
const good = {
  DATABASE_URL: 'postgres://registry@db/jackfield',
  INTERNAL_TOKEN_KEYS: KEY,
  KEY_ENCRYPTION_KEYS: `${KEY},${randomBytes(32).toString('base64url')}`,
  BASE_URL: 'https://phone.example',
}

function linesOf(settings: Record<string, string>): readonly string[] {
  try {
    loadConfig(Config, { ...good, ...settings })
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.lines
    throw error
  }
}

test('the needed settings are enough; the first of several keys encrypts', () => {
  const config = loadConfig(Config, good)
  expect(config).toMatchObject({ PORT: 8080, MIGRATE: 'auto', BASE_URL: 'https://phone.example' })
  expect(config.KEY_ENCRYPTION_KEYS?.[0]?.toString('base64')).toBe(KEY)
})

test.each([
  'http://127.0.0.1:4010',
  'http://[::1]:4010',
  'http://m365.localhost:4010',
  'https://login.microsoftonline.us',
  'https://graph.microsoft.com',
])('Microsoft may be at %s', (origin) => {
  expect(linesOf({ MICROSOFT_LOGIN_URL: origin, MICROSOFT_GRAPH_URL: origin })).toEqual([])
})

test.each([
  'https://169.254.169.254',
  'http://169.254.169.254',
  'https://metadata.google.internal',
  'https://0.0.0.0',
  'https://2130706433.evil.example',
  'https://login.microsoftonline.com.evil.example',
  'http://login.microsoftonline.com',
  'https://login.microsoftonline.com/common',
  'https://user@login.microsoftonline.com',
  'file:///etc/passwd',
  'gopher://127.0.0.1',
])('T-100 SI-01 Microsoft may not be at %s', (origin) => {
  expect(linesOf({ MICROSOFT_LOGIN_URL: origin })).toEqual([
    expect.stringMatching(/^MICROSOFT_LOGIN_URL: must|^MICROSOFT_LOGIN_URL: Invalid/),
  ])
  expect(linesOf({ MICROSOFT_GRAPH_URL: origin })).toHaveLength(1)
})

const vault = {
  KEY_ENCRYPTION_VAULT_URL: 'https://vault.example:8200',
  KEY_ENCRYPTION_VAULT_KEY: 'jackfield',
  KEY_ENCRYPTION_VAULT_TOKEN: 's.token',
}
const kubernetes = { ...vault, KEY_ENCRYPTION_VAULT_TOKEN: '', KEY_ENCRYPTION_VAULT_KUBERNETES_ROLE: 'tenant-registry' }
const byVault = { KEY_ENCRYPTION_PROVIDER: 'vault', KEY_ENCRYPTION_KEYS: '' }

test.each([
  ['besides the environment’s keys', vault],
  ['in their place', { ...vault, ...byVault }],
  [
    'by a service account',
    {
      ...kubernetes,
      ...byVault,
      KEY_ENCRYPTION_VAULT_NAMESPACE: 'teams/phone',
      KEY_ENCRYPTION_VAULT_MOUNT: 'teams/transit',
    },
  ],
  ['on loopback', { ...vault, KEY_ENCRYPTION_VAULT_URL: 'http://127.0.0.1:8200' }],
])('Vault may wrap data keys %s', (_how, settings) => {
  expect(linesOf(settings)).toEqual([])
})

test.each([
  ['without its address', { ...byVault }, 'KEY_ENCRYPTION_VAULT_URL: is missing'],
  ['without a key', { ...vault, KEY_ENCRYPTION_VAULT_KEY: '' }, 'KEY_ENCRYPTION_VAULT_KEY: is missing'],
  ['without a way in', { ...vault, KEY_ENCRYPTION_VAULT_TOKEN: '' }, 'KEY_ENCRYPTION_VAULT_TOKEN: is missing'],
  [
    'with two ways in',
    { ...kubernetes, KEY_ENCRYPTION_VAULT_TOKEN: 's.token' },
    /^KEY_ENCRYPTION_VAULT_TOKEN: .*only one of them$/,
  ],
  [
    'by plain http',
    { ...vault, KEY_ENCRYPTION_VAULT_URL: 'http://vault.example:8200' },
    /^KEY_ENCRYPTION_VAULT_URL: must be https/,
  ],
  ['with a path for a key', { ...vault, KEY_ENCRYPTION_VAULT_KEY: '../keys/x' }, /^KEY_ENCRYPTION_VAULT_KEY: must/],
  [
    'with a token of two lines',
    { ...vault, KEY_ENCRYPTION_VAULT_TOKEN: 's.\r\nx' },
    /^KEY_ENCRYPTION_VAULT_TOKEN: must/,
  ],
  [
    'as a spelling mistake',
    { ...vault, KEY_ENCRYPTION_VAULT_KUBERNETES_ROLL: 'x' },
    /^KEY_ENCRYPTION_VAULT_KUBERNETES_ROLL: is not/,
  ],
])('Vault %s is refused', (_how, settings, line) => {
  expect(linesOf(settings)).toEqual([typeof line === 'string' ? line : expect.stringMatching(line)])
})

test('with neither keys nor Vault the keys are missing', () => {
  expect(linesOf({ KEY_ENCRYPTION_KEYS: '' })).toEqual(['KEY_ENCRYPTION_KEYS: is missing'])
})

test('inside the cluster the roster is spoken to by plain http', () => {
  expect(linesOf({ ROSTER_URL: 'http://roster-api:8080' })).toEqual([])
})

test.each(['192.0.2.53', '192.0.2.53:5353, 192.0.2.54', '2001:db8::53', '[2001:db8::53]:5353'])(
  'DNS may be asked at %s',
  (servers) => {
    expect(linesOf({ HOST_PROOF_DNS_SERVERS: servers })).toEqual([])
  },
)

test.each([
  ['HOST_PROOF_DNS_SERVERS', 'dns.example'],
  ['HOST_PROOF_DNS_SERVERS', '192.0.2.53:70000'],
  ['BASE_URL', 'http://phone.example'],
  ['BASE_URL', 'https://192.0.2.7'],
  ['BASE_URL', 'https://phone.example/path'],
  ['KEY_ENCRYPTION_KEYS', Buffer.alloc(16).toString('base64')],
  ['INTERNAL_TOKEN_KEYS', Buffer.alloc(31).toString('base64')],
  ['BOOTSTRAP_API_KEY', 'too-short'],
  ['DATABASE_URL', 'mysql://db'],
  ['MICROSOFT_LOGIN_ULR', 'https://login.microsoftonline.com'],
])('a wrong %s is refused by name and never by value', (name, value) => {
  const lines = linesOf({ [name]: value })
  expect(lines).toEqual([expect.stringMatching(`^${name}: `)])
  expect(lines.join()).not.toContain(value)
})
