import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type AdminApi, AdminApiError, adminApi } from './admin-api.ts'
import { lifetimeOf, makeControlLink } from './control-link.ts'
import { type KeysCommand, LOCAL_KEY_FILE, operatorUsage, readOperatorCommand } from './operator-command.ts'
import { answerKeysCommand } from './signing-keys.ts'

// `npm run jackfield -- COMMAND`: the operator's commands, through the admin API.

const command = readOperatorCommand(process.argv.slice(2))
if (command.kind === 'help') process.stdout.write(operatorUsage())
else if (command.kind === 'refuse') fail(2, `${command.message}\n\n${operatorUsage()}`)
else
  await run(command).catch((error: unknown) => {
    fail(1, `${error instanceof Error ? error.message : String(error)}\n`)
  })

async function run(asked: Extract<typeof command, { keyFile: string }>): Promise<void> {
  const { control, keyFile } = asked
  const api = adminApi(control, await readKey(keyFile))
  const answered = asked.kind === 'keys' ? runKeysCommand(api, asked) : printControlLink(api, asked)
  const code = await answered.catch((cause: unknown) => {
    throw new Error(explain(cause, control, keyFile), { cause })
  })
  process.exit(code)
}

/** Prints only the link to standard output, so that it can be piped. */
async function printControlLink(
  api: AdminApi,
  { control, wanted }: Extract<typeof command, { kind: 'control-link' }>,
): Promise<number> {
  const link = await makeControlLink(api, control, wanted)
  process.stdout.write(`${link.url}\n`)
  process.stderr.write(`${lifetimeOf(link, new Date())}\n`)
  return 0
}

async function runKeysCommand(api: AdminApi, asked: KeysCommand): Promise<number> {
  const { text, code } = await answerKeysCommand(api, asked)
  process.stdout.write(text)
  return code
}

async function readKey(keyFile: string): Promise<string> {
  const path = keyFile === LOCAL_KEY_FILE ? join(import.meta.dirname, '../../..', keyFile) : keyFile
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (cause) {
    throw new Error(
      `there is no API key to read in ${keyFile}: npm start writes one; elsewhere name it by --api-key-file.`,
      { cause },
    )
  }
}

function explain(cause: unknown, control: string, keyFile: string): string {
  if (!(cause instanceof AdminApiError)) return `nothing answers at ${control}: is the platform running?`
  return cause.status === 401 ? `${control} does not take the API key of ${keyFile}.` : cause.message
}

function fail(code: number, text: string): void {
  process.stderr.write(`jackfield: ${text}`)
  process.exitCode = code
}
