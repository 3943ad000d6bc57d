import { spawnSync } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

// `npm run package -w tools/m365-emulator [-- folder]`: compiles the emulator and packs it for projects outside this
// repository, below `dist` or the given folder.

const here = import.meta.dirname
const root = join(here, '../..')
const destination = resolve(process.argv[2] ?? join(here, 'dist'))
const folder = join(destination, 'package')
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']

await rm(destination, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
run(
  process.execPath,
  join(typescript, 'bin/tsc'),
  '-p',
  join(here, 'tsconfig.package.json'),
  '--outDir',
  join(folder, 'lib'),
)
for (const name of ['Dockerfile', 'data', 'captures'])
  await cp(join(here, name), join(folder, name), { recursive: true })
for (const readme of ['README.md', 'captures/README.md']) {
  // The last section is for contributors: its files are not in the package.
  const [text = ''] = (await readFile(join(here, readme), 'utf8')).split('\n## In this repository\n')
  await writeFile(join(folder, readme), text)
}
await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'))
await writeFile(join(folder, 'package.json'), `${JSON.stringify(await manifest(), null, 2)}\n`)
run(...npm, 'pack', folder, '--pack-destination', destination, '--silent')

async function manifest() {
  const { name, version, license, dependencies } = JSON.parse(await readFile(join(here, 'package.json'), 'utf8'))
  return {
    name,
    version,
    description: 'Entra ID and Microsoft Graph (users, groups, notifications) in memory, for laptops and tests',
    license,
    type: 'module',
    engines: { node: '>=20.11' },
    bin: { 'm365-emulator': 'lib/main.js' },
    exports: { './*': { types: './lib/*.d.ts', default: './lib/*.js' } },
    files: ['Dockerfile', 'lib', 'data', 'captures'],
    dependencies,
  }
}

function run(...command: string[]): void {
  const [program = '', ...args] = command
  const { status } = spawnSync(program, args, { cwd: here, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) process.exit(status ?? 1)
}
