import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from './client.ts'
import { run, startProgram } from './process.ts'

const FOLDER = join(import.meta.dirname, 'authlib')
const REQUIREMENTS = readFileSync(join(FOLDER, 'requirements.txt'), 'utf8')
const hash = createHash('sha256').update(REQUIREMENTS).digest('hex').slice(0, 16)
const ENVIRONMENT = join(import.meta.dirname, `../../../../node_modules/.cache/jackfield-authlib-${hash}`)
const PYTHON = join(ENVIRONMENT, 'bin/python')
const STAMP = join(ENVIRONMENT, 'installed')

/** Makes a virtual environment with exactly these packages, once; what was wrong. */
async function install(): Promise<string | undefined> {
  if (existsSync(STAMP)) return undefined
  const made = await run(['python3', '-m', 'venv', '--clear', ENVIRONMENT])
  if (made.code !== 0) return `Python with its module venv is not installed ${made.complaints}${made.printed}`.trim()
  const requirements = join(FOLDER, 'requirements.txt')
  const installed = await run([PYTHON, '-m', 'pip', 'install', '--quiet', '--no-deps', '--requirement', requirements])
  if (installed.code !== 0) return installed.complaints.trim()
  await writeFile(STAMP, '')
  return undefined
}

export const authlib: Client = {
  name: 'Authlib',
  version: () => /Authlib==(\S+)/.exec(REQUIREMENTS)?.[1] ?? '',
  lacks: {},
  recipe: `\`oauth.register('jackfield', client_id=..., server_metadata_url='https://<tenant host>/auth/.well-known/openid-configuration')\` with
\`client_kwargs={'scope': ...}\`, as with Flask here. \`client_secret_basic\` is its default; other methods are named by
\`token_endpoint_auth_method\` in \`client_kwargs\`, PKCE by \`code_challenge_method='S256'\`, a form post by
\`authorize_params={'response_mode': 'form_post'}\`. Both algorithms are taken as discovery names them.`,
  missing: install,
  start: (apps, port) =>
    startProgram([PYTHON, join(FOLDER, 'app.py')], apps, port, { AUTHLIB_INSECURE_TRANSPORT: '1' }),
}
