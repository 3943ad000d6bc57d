import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { runTurbo } from '../run-turbo.ts'
import { checkCodes } from './check-codes.ts'
import { checkManifests } from './check-manifests.ts'
import { checkPaths } from './check-paths.ts'
import { checkSizes } from './check-sizes.ts'

// `npm run check`: the types of every workspace, lint and format of the whole tree, the deployment manifests, the codes
// in tests and documents, the paths in documents, and the sizes of files and folders.

const root = join(import.meta.dirname, '../../../..')
const results = {
  types: (await runTurbo(root, ['run', 'typecheck', '--continue=always', '--output-logs=errors-only'])) === 0,
  'lint and format':
    spawnSync('biome', ['ci', '--error-on-warnings', '.'], {
      cwd: root,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    }).status === 0,
  manifests: checkManifests(root),
  'codes of requirements and threats': checkCodes(root),
  'paths in documents': checkPaths(root),
  'sizes of files and folders': checkSizes(root),
}
for (const [name, clean] of Object.entries(results)) process.stdout.write(`${clean ? 'clean ' : 'FAILED'} ${name}\n`)
process.exit(Object.values(results).every(Boolean) ? 0 : 1)
