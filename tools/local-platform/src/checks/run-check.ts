import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { checkDocument } from '@jackfield/admin-api-document/check-document'
import { runTurbo } from '../run-turbo.ts'
import { checkCodes } from './check-codes.ts'
import { checkHouse } from './check-house.ts'
import { checkManifests } from './check-manifests.ts'
import { checkPaths } from './check-paths.ts'
import { listExpiredCaptures } from './list-expired-captures.ts'

// `npm run check`: the types of every workspace, lint and format of the whole tree, the deployment manifests, the codes
// in tests and documents, the paths in documents, the committed document of the admin API, the house rules. Expired captures are named and fail nothing.

const HOUSE_RULES_ARE_CHECKED = true

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
  'document of the admin API': await checkDocument(),
  ...(HOUSE_RULES_ARE_CHECKED ? { 'house rules': checkHouse(root) } : {}),
}
for (const [name, clean] of Object.entries(results)) process.stdout.write(`${clean ? 'clean ' : 'FAILED'} ${name}\n`)
for (const line of listExpiredCaptures(root, new Date())) process.stdout.write(`note   capture ${line}\n`)
process.exit(Object.values(results).every(Boolean) ? 0 : 1)
