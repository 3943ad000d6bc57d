import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { CAPTURES, type Capture, readCaptures } from '../src/captures/capture.ts'
import { type Answer, differences } from '../src/captures/compare.ts'
import { type Sender, send } from '../src/captures/send.ts'
import { CONTOSO_DIRECTORY_ID, JACKFIELD_CLIENT_ID, JACKFIELD_CLIENT_SECRET } from '../src/demo/contoso.ts'
import type { M365Emulator } from '../src/emulator.ts'
import { SCENES } from './capture-scenes.ts'
import { givenEmulator } from './given.ts'

/** Where the emulator knowingly answers otherwise: by capture, the paths, each with the reason. */
const Allowed = z.record(z.string(), z.record(z.string(), z.string().min(20)))

const captures = await readCaptures()
const allowed = Allowed.parse(JSON.parse(await readFile(join(CAPTURES, 'allowed', 'differences.json'), 'utf8')))
let m365: M365Emulator
beforeAll(async () => {
  m365 = await givenEmulator()
})
afterAll(() => m365.close())

const sender = (): Sender => ({
  login: m365.origin,
  graph: m365.origin,
  tenant: CONTOSO_DIRECTORY_ID,
  app: JACKFIELD_CLIENT_ID,
  secret: JACKFIELD_CLIENT_SECRET,
})

const played = new Map<string, Promise<Answer>>()

/** Each capture is played once; a scene leaves traces in the emulator. */
function play(capture: Capture): Promise<Answer> {
  const answer = played.get(capture.id) ?? playNow(capture)
  played.set(capture.id, answer)
  return answer
}

async function playNow({ request, scene = '' }: Capture): Promise<Answer> {
  if (request) return send(request, sender())
  const answer = await SCENES[scene]?.(m365)
  if (!answer) throw new Error(`No scene is called ${scene}.`)
  return { status: 0, headers: {}, body: undefined, text: '', ...answer }
}

describe('what Microsoft was seen to answer, the emulator answers', () => {
  test.each(captures.map((capture) => [capture.id, capture] as const))('%s', async (id, capture) => {
    const found = differences(capture.answer, await play(capture), sender())
    expect(found.sort()).toEqual(Object.keys(allowed[id] ?? {}).sort())
  })

  test.each(captures.map((capture) => [capture.id, capture] as const))(
    '%s would fail if one member were otherwise',
    async (_id, capture) => {
      const answer = await play(capture)
      for (const mutant of mutantsOf(capture.answer))
        expect(differences(mutant as Capture['answer'], answer, sender()), JSON.stringify(mutant)).not.toEqual([])
    },
  )

  test('no difference is allowed for a capture that does not exist', () => {
    const ids = captures.map(({ id }) => id)
    expect(Object.keys(allowed).filter((id) => !ids.includes(id))).toEqual([])
  })
})

/** Rows of the README that name a capture: of the tables with that column. */
async function namedInReadme(): Promise<string[]> {
  const readme = await readFile(join(CAPTURES, '../README.md'), 'utf8')
  const cells = [...readme.matchAll(/^\| (?:[^|]|\\\|)+ \|(?:[^|])* \| ([a-z0-9, -]+) \|[^|]*\|$/gm)].map(
    ([, cell = '']) => cell,
  )
  return cells.flatMap((cell) => cell.split(', ')).filter((name) => name !== 'none')
}

test('each row of the README names its captures or says none, and each capture is in a row', async () => {
  const named = await namedInReadme()
  const ids = captures.map(({ id }) => id)
  expect(named.filter((name) => !ids.includes(name) && name !== 'capture')).toEqual([])
  expect(ids.filter((id) => !named.includes(id))).toEqual([])
})

/** The value with one of its leaves changed, for each leaf. */
function mutantsOf(value: unknown): unknown[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, member]) =>
      (name === 'absent' ? [] : mutantsOf(member)).map((mutant) =>
        Array.isArray(value) ? value.with(Number(name), mutant) : { ...value, [name]: mutant },
      ),
    )
  }
  return typeof value === 'string' ? [`${value}-mutant`] : typeof value === 'number' ? [value + 1] : ['mutant']
}
