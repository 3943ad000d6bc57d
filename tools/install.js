// Runs before npm start, test and check, on whatever Node.js the machine has (18 or newer): plain JavaScript, built-ins
// only. Installs exactly the lock file when node_modules is missing, older than the lock file, or made for another
// platform.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const stamp = join(root, 'node_modules', '.jackfield-installed')

function fail(line) {
  console.error(`jackfield: ${line}`)
  process.exit(1)
}

const major = Number(process.versions.node.split('.')[0])
if (major < 18)
  fail(
    `Node.js ${process.versions.node} is too old; version 18 or newer is needed to install (the project then runs on its own Node.js 24).`,
  )

const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(`${process.platform}-${process.arch}`)
  .digest('hex')
const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : ''

if (installed !== wanted) {
  try {
    mkdirSync(join(root, 'node_modules'), { recursive: true })
    writeFileSync(stamp, 'incomplete')
  } catch {
    fail(`the folder ${root} can't be written to; clone the project to a place you own.`)
  }
  console.log('jackfield: installing packages (first start only, about a minute) ...')
  const npm = process.env.npm_execpath
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  const run = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (run.status !== 0) fail('npm ci did not finish; its message is above.')
  writeFileSync(stamp, wanted)
}
