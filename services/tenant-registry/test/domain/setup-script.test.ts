import { Cloud } from '@jackfield/contract/microsoft/microsoft-cloud'
import { CLOUDS } from '@jackfield/microsoft-identity/clouds'
import { describe, expect, test } from 'vitest'
import { proposedAppName, type Setup, type Shell, setupScript } from '../../src/domain/setup-script/setup-script.ts'

const setup: Setup = {
  appName: 'Contoso phone',
  clientId: '327fb820-6832-46be-9ac7-59122c5ce571',
  directoryId: '69db3c30-242b-4cab-8772-d4ade8c609e1',
  cloud: 'global',
  redirectPlatform: 'web',
  redirectUris: ['https://phone.example/cb', 'https://contoso.phone.example/cb'],
}
const lines = (shell: Shell, members: Partial<Setup> = {}) => setupScript(shell, { ...setup, ...members }).split('\n')

describe('S12 the set-up script', () => {
  test('takes each value as one word of the shell', () => {
    expect(lines('bash')).toEqual(
      expect.arrayContaining([
        "directory='69db3c30-242b-4cab-8772-d4ade8c609e1'",
        "client='327fb820-6832-46be-9ac7-59122c5ce571'",
        "name='Contoso phone'",
        "platform='web'",
        "wanted=('https://phone.example/cb' 'https://contoso.phone.example/cb')",
      ]),
    )
    expect(lines('powershell')).toEqual(
      expect.arrayContaining([
        "$directory = '69db3c30-242b-4cab-8772-d4ade8c609e1'",
        "$client = '327fb820-6832-46be-9ac7-59122c5ce571'",
        "$name = 'Contoso phone'",
        "$wanted = @('https://phone.example/cb', 'https://contoso.phone.example/cb')",
      ]),
    )
  })

  test.each([
    ["Contoso's", "name='Contoso'\\''s'", "$name = 'Contoso''s'"],
    ["''", "name=''\\'''\\'''", "$name = ''''''"],
    ['a ‘b’ ‚c‛', "name='a ‘b’ ‚c‛'", "$name = 'a ‘‘b’’ ‚‚c‛‛'"],
    ['$(id) `id` "$HOME"', 'name=\'$(id) `id` "$HOME"\'', '$name = \'$(id) `id` "$HOME"\''],
  ])('lets the name %s say nothing to the shell', (appName, bash, powershell) => {
    expect(lines('bash', { appName })).toContain(bash)
    expect(lines('powershell', { appName })).toContain(powershell)
  })

  test('asks for User.Read.All of Microsoft Graph by the ids Microsoft documents', () => {
    const [graph, role] = ['00000003-0000-0000-c000-000000000000', 'df021288-bdef-4463-88db-98f22de89214']
    expect(lines('bash')).toEqual(expect.arrayContaining([`graph='${graph}'`, `user_read_all='${role}'`]))
    expect(lines('powershell')).toEqual(
      expect.arrayContaining([`$graphAppId = '${graph}'`, `$userReadAll = '${role}'`]),
    )
  })

  test.each(Cloud.options)('speaks to the cloud %s', (cloud) => {
    expect(lines('bash', { cloud })).toContain(`az cloud set --name '${CLOUDS[cloud].azureCli}'`)
    expect(setupScript('powershell', { ...setup, cloud })).toContain(
      `-Environment '${CLOUDS[cloud].graphPowerShell}' -Scopes`,
    )
  })

  test.each([
    ['web', 'Web', 'Spa'],
    ['spa', 'Spa', 'Web'],
  ] as const)('puts the redirect URIs under the platform %s', (redirectPlatform, member, other) => {
    const script = setupScript('powershell', { ...setup, redirectPlatform })
    expect(script).toContain(`$app.${member}.RedirectUris`)
    expect(script).toContain(`-${member} @{ RedirectUris = $uris }`)
    expect(script).not.toContain(other)
    expect(lines('bash', { redirectPlatform })).toContain(`platform='${redirectPlatform}'`)
  })

  test('stops at the first thing that goes wrong', () => {
    expect(lines('bash').slice(0, 8)).toContain('set -euo pipefail')
    expect(lines('bash')[0]).toBe('#!/usr/bin/env bash')
    expect(lines('powershell')).toContain("$ErrorActionPreference = 'Stop'")
  })
})

test.each([
  ['Contoso', 'Contoso phone'],
  ['Contoso\r\nLtd', 'Contoso  Ltd phone'],
  ['x'.repeat(120), 'x'.repeat(120)],
  ['x'.repeat(113), `${'x'.repeat(113)} phone`],
])('S12 the application for the tenant %j is called %j: one line, 120 characters at most', (tenant, name) => {
  expect(proposedAppName(tenant)).toBe(name)
})
