import { expect, test } from 'vitest'
import { welcome } from '../src/console-output.ts'
import { operatorUsage, readOperatorCommand } from '../src/operator-command.ts'
import { DEFAULT_PORTS, platformAddresses } from '../src/process-plans.ts'

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
  [
    ['control-link', '--control', 'http://control.phone.example'],
    '--control http://control.phone.example: must be https',
  ],
  [['control-link', '--control', 'phone'], '--control phone: '],
])('unknown input is refused: %j', (args, message) => {
  expect(readOperatorCommand(args)).toEqual({ kind: 'refuse', message: expect.stringContaining(message) })
})

test('its help names every command and option', () => {
  expect(readOperatorCommand(['control-link', '--help'])).toEqual({ kind: 'help' })
  for (const word of ['control-link', '--scope', '--role', '--control', '--api-key-file', '--help'])
    expect(operatorUsage()).toContain(word)
})
