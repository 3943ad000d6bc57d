import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** A request as data, so that the same one goes to the emulator and to Microsoft; `{name}` are values of the sender. */
export const CapturedRequest = z.strictObject({
  method: z.enum(['GET', 'POST']).default('GET'),
  url: z.string().regex(/^\{(login|graph)\}\//, 'starts with {login}/ or {graph}/'),
  headers: z.record(z.string(), z.string()).default({}),
  form: z.record(z.string(), z.string()).optional(),
  /** Sent with an app-only token of the registration. */
  authorized: z.boolean().default(false),
  /** Members of the body that lead to the next request, whose answer is the captured one. */
  follow: z.string().optional(),
})
export type CapturedRequest = z.output<typeof CapturedRequest>

/** What was answered: each member that is named has this value; strings may hold placeholders (see `compare.ts`). */
export const CapturedAnswer = z.strictObject({
  status: z.number().int().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.json().optional(),
  /** Texts that the body holds, for pages. */
  contains: z.array(z.string()).optional(),
  /** Members that the body does not have; `a.b` is a member of a member. */
  absent: z.array(z.string()).optional(),
})
export type CapturedAnswer = z.output<typeof CapturedAnswer>

export const Capture = z
  .strictObject({
    what: z.string().min(20),
    /** recording: the answer itself was published; report: somebody describes it; document: Microsoft promises it. */
    evidence: z.enum(['recording', 'report', 'document']),
    source: z.string().min(5),
    captured: z.iso.date(),
    expires: z.iso.date(),
    request: CapturedRequest.optional(),
    /** What cannot be one request, for example a notification: the test of the same name plays it. */
    scene: z.string().optional(),
    answer: CapturedAnswer,
  })
  .refine(({ request, scene }) => (request === undefined) !== (scene === undefined), 'has either a request or a scene')
export type Capture = z.output<typeof Capture> & { id: string }

export const CAPTURES = join(import.meta.dirname, '../../captures')

/** All captures by their file's name. Throws with the file's name where one does not fit the schema. */
export async function readCaptures(folder: string = CAPTURES): Promise<Capture[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  return Promise.all(
    names.map(async (name) => {
      const parsed = Capture.safeParse(JSON.parse(await readFile(join(folder, name), 'utf8')))
      if (!parsed.success) throw new Error(`${name}: ${z.prettifyError(parsed.error)}`)
      return { id: name.slice(0, -'.json'.length), ...parsed.data }
    }),
  )
}
