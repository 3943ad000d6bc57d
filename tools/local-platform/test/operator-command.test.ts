import { expect, test } from 'vitest'
import type { AdminApi } from '../src/admin-api.ts'
import { welcome } from '../src/console-output.ts'
import { operatorUsage, readOperatorCommand } from '../src/operator-command.ts'
import { DEFAULT_PORTS, platformAddresses } from '../src/process-plans.ts'
import { answerKeysCommand } from '../src/signing-keys.ts'

const local = { control: 'http://control.phone.localhost:4000', keyFile: '.data/admin-api-key' }

test('S59 npm start says how long its link to Control works and how to make a new one', () => {
  const now = new Date('2026-12-01T09:00:00Z')
  const controlLink = {
    url: 'http://control.phone.localhost:4000/enter#t',
    expiresAt: new Date('2026-12-01T09:15:00Z'),
  }
  const text = welcome(platformAddresses(DEFAULT_PORTS), { controlLink, keyFile: '.data/admin-api-key' }, now)
  expect(text).toMatch(
    /enter#t\n +It works once, within 15 minutes \(until \d\d:15\)\. A new one: npm run jackfield -- control-link\n/,
  )
})

test('the command is for the platform of npm start, or for the named one', () => {
  expect(readOperatorCommand(['control-link'])).toEqual({ kind: 'control-link', ...local, wanted: {} })
  const elsewhere = [
    '--control',
    'https://control.phone.example/',
    '--api-key-file',
    '/run/key',
    '--role',
    'read',
    '--scope',
    'platform',
  ]
  expect(readOperatorCommand(['control-link', ...elsewhere])).toEqual({
    kind: 'control-link',
    control: 'https://control.phone.example',
    keyFile: '/run/key',
    wanted: { scope: 'platform', role: 'read' },
  })
})

test.each([
  [[], 'Say which command.'],
  [['tenants'], 'There is no command “tenants”.'],
  [['control-link', 'now'], 'There is no command “control-link now”.'],
  [['control-link', '--rloe', 'read'], "Unknown option '--rloe'"],
  [['keys'], 'There is no command “keys”.'],
  [['keys', 'revoke'], 'There is no command “keys revoke”.'],
  [['keys', 'rotate', 'now'], 'There is no command “keys rotate now”.'],
  [['keys', 'revoke', 'a', 'b'], 'There is no command “keys revoke a b”.'],
  [
    ['control-link', '--control', 'http://control.phone.example'],
    '--control http://control.phone.example: must be https',
  ],
  [['control-link', '--control', 'phone'], '--control phone: '],
])('unknown input is refused: %j', (args, message) => {
  expect(readOperatorCommand(args)).toEqual({ kind: 'refuse', message: expect.stringContaining(message) })
})

test('FC-85 keys are listed, renewed and revoked; a revocation first says whom it hits', async () => {
  expect(readOperatorCommand(['keys', 'list'])).toEqual({ kind: 'keys', ...local, action: 'list' })
  expect(readOperatorCommand(['keys', 'rotate'])).toEqual({ kind: 'keys', ...local, action: 'rotate' })
  const revoke = { kind: 'keys' as const, ...local, action: 'revoke' as const, kid: 'k1', isConfirmed: false }
  expect(readOperatorCommand(['keys', 'revoke', 'k1'])).toEqual(revoke)
  expect(readOperatorCommand(['keys', 'revoke', 'k1', '--yes'])).toEqual({ ...revoke, isConfirmed: true })

  const key = { kid: 'k1', use: 'ES256', status: 'signing', signsFrom: null, verifiesUntil: null }
  const reach = { key, effect: 'tokens-refused', sessions: { browser: 5, device: 2, app: 1 }, signsNext: null }
  const asked: string[] = []
  const api = (async (method: string, path: string) => {
    asked.push(`${method} ${path}`)
    return path.endsWith('/reach')
      ? reach
      : { items: [key, { ...key, kid: 'k2', status: 'next', signsFrom: '2026-12-02T09:00:00Z' }] }
  }) as AdminApi
  const said = await answerKeysCommand(api, revoke)
  expect(said.code).toBe(3)
  expect(said.text).toContain('of at most 5 browsers, 2 devices and 1 apps. A new key is made, which signs at once.')
  expect(asked).toEqual(['GET /signing-keys/k1/reach'])
  const done = await answerKeysCommand(api, { ...revoke, isConfirmed: true })
  expect([done.code, asked.at(-1)]).toEqual([0, 'POST /signing-keys/k1/revoke'])
  expect(done.text).toMatch(
    /The key is revoked\.\nk1 +ES256 +signing\nk2 +ES256 +next +signs from 2026-12-02T09:00:00Z\n$/,
  )
})

test('its help names every command and option', () => {
  expect(readOperatorCommand(['control-link', '--help'])).toEqual({ kind: 'help' })
  for (const word of [
    'control-link',
    'keys list',
    'keys rotate',
    'keys revoke KID',
    '--yes',
    '--scope',
    '--role',
    '--control',
    '--api-key-file',
    '--help',
  ])
    expect(operatorUsage()).toContain(word)
})
