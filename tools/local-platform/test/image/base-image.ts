import { chmod, cp, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { type Account, serverAccount } from '@jackfield/local-stores/postgres-programs'
import { runProgram } from '@jackfield/local-stores/run-program'

/** Replaces `node:24-...`: this Node.js and an npm, at a place where the account may run them. */
export type BaseImage = {
  folder: string
  /** Names of the base images it replaces. */
  names: RegExp
  /** The account of RUN lines and services: nobody when we are root, otherwise our own. */
  account: Account | undefined
  /** PATH, HOME and the registry settings of npm; nothing else of the caller's environment. */
  environment: Record<string, string>
  /** Gives the folder's content to the account. */
  own(folder: string): Promise<void>
  remove(): Promise<void>
}

export async function baseImage(): Promise<BaseImage> {
  const account = await serverAccount()
  // Another account cannot reach a closed temporary folder.
  const folder = await mkdtemp(join(account ? '/var/tmp' : tmpdir(), 'jackfield-image-'))
  await chmod(folder, 0o755)
  const bin = join(folder, 'base/bin')
  const home = join(folder, 'home')
  const own = async (path: string) => {
    if (account) await runProgram('chown', ['-R', `${account.uid}:${account.gid}`, path])
  }
  await mkdir(bin, { recursive: true })
  await mkdir(home)
  await own(home)
  await cp(process.execPath, join(bin, 'node'))
  const npm = await npmCli()
  const packageFolder = dirname(dirname(npm))
  await cp(packageFolder, join(folder, 'base/npm'), { recursive: true, verbatimSymlinks: true })
  await symlink(join(folder, 'base/npm/bin/npm-cli.js'), join(bin, 'npm'))
  const environment = {
    ...(await registrySettings(npm)),
    PATH: [bin, '/usr/bin', '/bin'].join(delimiter),
    HOME: home,
    npm_config_update_notifier: 'false',
  }
  const names = new RegExp(`^node:${process.versions.node.split('.')[0]}(?:-|$)`)
  return {
    folder,
    names,
    account,
    environment,
    own,
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

/** Whether npm's registry answers. Without a network the image is not built, but on the build machine it always is. */
export async function reachesRegistry(): Promise<boolean> {
  if (process.env.CI === 'true') return true
  const { npm_config_registry: registry = '' } = await registrySettings(await npmCli())
  return fetch(registry, { method: 'HEAD', signal: AbortSignal.timeout(5_000) }).then(
    () => true,
    () => false,
  )
}

/** The registry settings of our npm as environment variables: the account cannot read our files. */
async function registrySettings(npm: string): Promise<Record<string, string>> {
  const output = await runProgram(process.execPath, [npm, 'config', 'get', 'registry', 'cafile', 'https-proxy'])
  const set = output.split('\n').flatMap((line) => {
    const [, name = '', value = ''] = /^([a-z-]+)=(.+)$/.exec(line) ?? []
    return value && value !== 'null' ? [[`npm_config_${name.replaceAll('-', '_')}`, value]] : []
  })
  const authorities = process.env.NODE_EXTRA_CA_CERTS
  return { ...Object.fromEntries(set), ...(authorities && { NODE_EXTRA_CA_CERTS: authorities }) }
}

/** The npm that runs us, or the first one on the PATH. */
async function npmCli(): Promise<string> {
  const given = process.env.npm_execpath
  if (given?.endsWith('npm-cli.js')) return realpath(given)
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const found = await realpath(join(folder, 'npm')).catch(() => undefined)
    if (found?.endsWith('npm-cli.js')) return found
  }
  throw new Error('npm is not on the PATH')
}
