import { fileURLToPath } from 'node:url'
import type { Cloud } from '@jackfield/contract/microsoft/microsoft-cloud'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { Language, type Node, Parser } from 'web-tree-sitter'
import { proposedAppName, type Setup, setupScript } from '../src/domain/setup-script/setup-script.ts'

const QUOTES = '\'‘’‚‛"“”„'
const HOSTILE = `Contoso's ‘best’ "$(Remove-Item /)" \`whoami\` ; Remove-Item / | Out-Null ’; # @' $env:PATH {}`
const setup: Setup = {
  appName: HOSTILE,
  clientId: '327fb820-6832-46be-9ac7-59122c5ce571',
  directoryId: '69db3c30-242b-4cab-8772-d4ade8c609e1',
  cloud: 'global',
  redirectPlatform: 'web',
  redirectUris: ['https://phone.example/auth/microsoft/callback', "https://phone.example/a'b"],
}

/** PowerShell's grammar (tree-sitter-powershell): there is no PowerShell on most machines that run these tests. */
const parser: Parser[] = []
beforeAll(async () => {
  await Parser.init()
  const grammar = await Language.load(
    fileURLToPath(import.meta.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm')),
  )
  parser.push(new Parser().setLanguage(grammar))
})
function parse(script: string): Node {
  const tree = parser[0]?.parse(script)
  if (!tree) throw new Error('The parser gave nothing.')
  return tree.rootNode
}
/** The value of the literal that `$name` is set to; undefined when it is set to anything else. */
function nameIn(root: Node): string | undefined {
  const assignment = root.descendantsOfType('assignment_expression').find((node) => node?.text.startsWith('$name ='))
  const [literal, ...others] = assignment?.descendantsOfType('verbatim_string_characters') ?? []
  if (!literal || others.length > 0 || !assignment?.text.endsWith(literal.text)) return undefined
  return literal.text.slice(1, -1).replace(/(['‘’‚‛])\1/g, '$1')
}

test('SI the grammar finds what is wrong in a script whose name was not quoted', () => {
  const spoilt = setupScript('powershell', { ...setup, appName: 'NAME' }).replace("'NAME'", `'it's "$(whoami)"'`)
  const root = parse(spoilt)
  expect(root.hasError || nameIn(root) !== `it's "$(whoami)"`).toBe(true)
})

test.each<[Cloud, 'web' | 'spa']>(
  (['global', 'us-gov', 'us-gov-dod', 'china'] as const).flatMap((cloud) => [
    [cloud, 'web'],
    [cloud, 'spa'],
  ]),
)(
  'S12 S24 the PowerShell script for %s and the platform %s is PowerShell, and a hostile name in it is one literal',
  (cloud, redirectPlatform) => {
    const root = parse(setupScript('powershell', { ...setup, cloud, redirectPlatform }))
    expect(root.hasError, root.toString().slice(0, 2_000)).toBe(false)
    expect(nameIn(root)).toBe(HOSTILE)
    const commands = root.descendantsOfType('command_name').map((node) => node?.text)
    expect(commands).not.toContain('Remove-Item')
    expect(commands).not.toContain('whoami')
    for (const needed of [
      'Connect-MgGraph',
      'Update-MgApplication',
      'New-MgServicePrincipalAppRoleAssignment',
      'Add-MgApplicationPassword',
    ])
      expect(commands).toContain(needed)
  },
)

test('SI T-101 whatever a tenant is called, the PowerShell script stays whole and calls the same commands', () => {
  const calm = parse(setupScript('powershell', { ...setup, appName: 'Phone' }))
  const commands = calm.descendantsOfType('command_name').map((node) => node?.text)
  const character = fc.oneof(
    fc.constantFrom(...QUOTES, '$', '`', '(', ')', '{', '}', ';', '#', '@', '\n', '\r', '\0', ' '),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  )
  const property = fc.property(fc.array(character, { minLength: 1, maxLength: 60 }), (characters) => {
    const appName = proposedAppName(characters.join(''))
    const root = parse(setupScript('powershell', { ...setup, appName }))
    expect(root.hasError, appName).toBe(false)
    expect(root.descendantsOfType('command_name').map((node) => node?.text)).toEqual(commands)
    expect(nameIn(root)).toBe(appName)
  })
  fc.assert(property, { numRuns: 150 })
})
