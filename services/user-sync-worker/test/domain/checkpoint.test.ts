import { describe, expect, test } from 'vitest'
import {
  ASKED,
  checkpointAfter,
  firstCheckpoint,
  formatCheckpoint,
  type Phase,
  type RunPlan,
  readCheckpoint,
} from '../../src/domain/checkpoint.ts'

const PHASES: Phase[] = ['held', 'sets', 'members', 'start', 'list', 'chosen', 'missing', 'delta', 'decide', 'apply']
const plan = (members: Partial<RunPlan>): RunPlan => ({
  kind: 'import',
  isEverybody: false,
  deltaLink: null,
  accountLink: null,
  readsSets: false,
  isApproved: false,
  ...members,
})

describe('T-110 a checkpoint', () => {
  test.each([
    { phase: 'list', at: null },
    { phase: 'list', at: 'https://graph.example/v1.0/users?$skiptoken=a b c' },
    { phase: 'chosen', at: '00000000-0000-4000-8000-000000000001' },
    { phase: 'delta', at: '' },
  ] as const)('%j is read as it was written', (checkpoint) => {
    expect(readCheckpoint(formatCheckpoint(checkpoint))).toMatchObject(checkpoint)
  })

  test('is formatted as its phase, a blank and its place', () => {
    expect([formatCheckpoint({ phase: 'list', at: null }), formatCheckpoint({ phase: 'list', at: 'x y' })]).toEqual([
      'list',
      'list x y',
    ])
    expect([readCheckpoint('list'), readCheckpoint('list x y')]).toMatchObject([
      { phase: 'list', at: null },
      { phase: 'list', at: 'x y' },
    ])
  })
})

/** Every phase that a run goes through until it decides; `start` tells its place in the changes. */
function way(members: Partial<RunPlan>): string[] {
  let current = plan(members)
  const found: string[] = []
  for (let next = firstCheckpoint(current); next && found.length < 9; next = checkpointAfter(next.phase, current)) {
    found.push(next.at === null ? next.phase : `${next.phase} ${next.at}`)
    if (next.phase === 'decide') break
    if (next.phase === 'start') current = { ...current, deltaLink: 'mine' }
  }
  return found
}

describe('the phases of a run', () => {
  const everybody = { kind: 'import', isEverybody: true } as const
  const chosen = { kind: 'import' } as const
  const full = { kind: 'full' } as const
  const delta = { kind: 'delta' } as const
  const followed = { accountLink: 'account' }
  const sets = { readsSets: true }

  test.each([
    [
      'an import of everybody takes its place in the changes before it lists',
      everybody,
      ['start', 'list', 'delta mine', 'decide'],
    ],
    ['an import of chosen people does too', chosen, ['start', 'chosen', 'delta mine', 'decide']],
    [
      'an import of everybody into an account whose changes are followed only lists',
      { ...everybody, ...followed },
      ['list', 'decide'],
    ],
    ['an import of chosen people into one only reads them', { ...chosen, ...followed }, ['chosen', 'decide']],
    [
      'a full comparison takes a place of its own, asks for whom the list left out, and reads what changed',
      full,
      ['start', 'list', 'missing', 'delta mine', 'decide'],
    ],
    [
      'a full comparison of an account whose changes are followed does too',
      { ...full, ...followed },
      ['start', 'list', 'missing', 'delta mine', 'decide'],
    ],
    ['a delta goes on from where the last one ended', { ...delta, ...followed }, ['delta account', 'decide']],
    ['an approved delta reads the held people alone', { ...delta, ...followed, isApproved: true }, ['held', 'decide']],
    ['so does an approved full comparison', { ...full, deltaLink: 'mine', isApproved: true }, ['held', 'decide']],
    ['with rules, after the groups', { ...full, ...sets, isApproved: true }, ['sets', 'held', 'decide']],
    ['a delta without such a place cannot begin', delta, []],
    ['nor can one with rules that name groups', { ...delta, ...sets }, []],
    [
      'a delta reads the groups of the rules first, and who joined them last',
      { ...delta, ...followed, ...sets },
      ['sets', 'delta account', 'members', 'decide'],
    ],
    [
      'a full comparison reads the groups of the rules first',
      { ...full, ...sets },
      ['sets', 'start', 'list', 'missing', 'delta mine', 'decide'],
    ],
    ['an import of everybody does too', { ...everybody, ...sets }, ['sets', 'start', 'list', 'delta mine', 'decide']],
    [
      'and one into an account whose changes are followed',
      { ...everybody, ...followed, ...sets },
      ['sets', 'list', 'decide'],
    ],
  ])('T-112 %s', (_, members, phases) => {
    expect(way(members)).toEqual(phases)
  })

  test('T-113 a full comparison without a delta link decides after the listing', () => {
    expect(checkpointAfter('missing', plan({ kind: 'full' }))).toEqual({ phase: 'decide', at: null })
  })

  test('every phase has a next phase, and all end in the decision', () => {
    for (const phase of PHASES) expect(PHASES).toContain(checkpointAfter(phase, plan({ ...delta, ...sets })).phase)
    expect(checkpointAfter('sets', plan({ ...delta, ...sets }))).toEqual({ phase: 'decide', at: null })
  })
})

test('FC-34 every phase names what it asks of Microsoft', () => {
  expect(Object.keys(ASKED).sort()).toEqual([...PHASES].sort())
  for (const phase of PHASES) expect(ASKED[phase]).toMatch(/users|members|place/)
})
