#!/usr/bin/env node
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { CAPTURES, type Capture, type CapturedAnswer, readCaptures } from './capture.ts'
import { type Answer, differences } from './compare.ts'
import { redact } from './redact.ts'
import { type Sender, send } from './send.ts'

const KEPT_DAYS = 180
const USAGE = `Usage: ENTRA_CLIENT_SECRET=... npm run refresh-captures -w tools/m365-emulator -- --tenant ID --app CLIENT-ID [--yes]
                 [--login https://login.microsoftonline.com] [--graph https://graph.microsoft.com] [--folder FOLDER]

Sends the captured requests again, as the application of a directory of your own, and stores what is answered, redacted.
It only reads. The application needs the application permission User.Read.All and a client secret.
`

const { values: options } = parseArgs({
  options: {
    tenant: { type: 'string' },
    app: { type: 'string' },
    login: { type: 'string', default: 'https://login.microsoftonline.com' },
    graph: { type: 'string', default: 'https://graph.microsoft.com' },
    folder: { type: 'string', default: CAPTURES },
    yes: { type: 'boolean', default: false },
  },
})
const secret = process.env.ENTRA_CLIENT_SECRET
if (!options.tenant || !options.app || !secret) {
  process.stderr.write(USAGE)
  process.exit(2)
}
const sender: Sender = { ...options, tenant: options.tenant, app: options.app, secret }
const captures = (await readCaptures(options.folder)).filter(({ request }) => request !== undefined)

process.stdout.write(
  `These ${captures.length} requests go to ${sender.login} and ${sender.graph}; none changes anything:\n`,
)
for (const { id, request } of captures) process.stdout.write(`  ${id}: ${request?.method} ${request?.url}\n`)
if (!options.yes && !(await isAgreed())) {
  process.stdout.write('Nothing was sent.\n')
  process.exit(1)
}
for (const capture of captures) process.stdout.write(`${capture.id}: ${await refresh(capture)}\n`)

async function isAgreed(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question('Send them? [y/N] ')
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}

async function refresh({ id, ...capture }: Capture): Promise<string> {
  if (!capture.request) return 'is no request'
  try {
    const answer = await send(capture.request, sender)
    const different = differences(capture.answer, answer, { ...sender })
    if (different.length > 0 && capture.answer.contains) return `differs at ${different.join(', ')}: change it by hand`
    const today = new Date()
    const renewed = {
      ...capture,
      evidence: 'recording',
      source: 'A directory of a maintainer, recorded by refresh-captures',
      captured: day(today),
      expires: day(new Date(today.getTime() + KEPT_DAYS * 86_400_000)),
      answer: capture.answer.contains ? capture.answer : answerOf(answer, capture.answer),
    }
    await writeFile(join(options.folder, `${id}.json`), `${JSON.stringify(renewed, undefined, 2)}\n`)
    return different.length > 0 ? `stored; differed at ${different.join(', ')}` : 'stored; as before'
  } catch (error) {
    return `not stored: ${error instanceof Error ? error.message : error}`
  }
}

/** The whole body, and those headers that were captured before. */
function answerOf({ status, headers, body }: Answer, before: CapturedAnswer) {
  const kept = Object.keys(before.headers ?? {}).map((name) => [name, headers[name] ?? ''])
  return {
    status,
    ...(before.headers && { headers: redact(Object.fromEntries(kept), sender) }),
    ...(body !== undefined && { body: redact(body, sender) }),
    ...(before.absent && { absent: before.absent }),
  }
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10)
}
