import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, lstat, mkdir, readFile } from 'node:fs/promises'
import { basename, join, matchesGlob, relative, resolve } from 'node:path'
import type { BaseImage } from './base-image.ts'
import { readCopy, readDockerfile, readEnv, readFrom } from './dockerfile.ts'

/**
 * The state of a build stage: its files below `folder`, and the environment of its later instructions and its process.
 */
export type Stage = {
  folder: string
  workdir: string
  environment: Record<string, string>
  user: string
  command: string[]
  /** Exits with 0 while the process is healthy; empty without one. */
  healthCheck: string[]
}

const RUN_MS = 240_000

/**
 * Runs a Dockerfile's steps in a clean folder, without a container engine. Each stage is a folder below `base.folder`;
 * RUN lines run as the base's account. An unknown instruction is an error, so that none is skipped.
 * @param context the build context, without the files that its `.dockerignore` names
 * @returns the last stage
 * @throws with the end of its output when a RUN line fails
 */
export async function buildImage(context: string, dockerfile: string, base: BaseImage): Promise<Stage> {
  const ignored = await readIgnored(context)
  const stages = new Map<string, Stage>()
  let stage: Stage | undefined
  for (const { name, text } of readDockerfile(await readFile(dockerfile, 'utf8'))) {
    if (name === 'FROM') {
      stage = await startStage(text, stages, base)
      continue
    }
    if (!stage) throw new Error(`${name} stands before FROM`)
    const { folder, workdir } = stage
    if (name === 'WORKDIR') {
      stage.workdir = resolve(workdir, text)
      await mkdir(join(folder, stage.workdir), { recursive: true })
    } else if (name === 'COPY') await copy(stage, text, stages, { context, ignored })
    else if (name === 'RUN') await run(stage, text, base)
    else if (name === 'ENV') Object.assign(stage.environment, readEnv(text))
    else if (name === 'USER') stage.user = text
    else if (name === 'CMD' || name === 'ENTRYPOINT') stage.command = JSON.parse(text)
    else if (name === 'HEALTHCHECK') stage.healthCheck = JSON.parse(text.replace(/^.* ?CMD /, ''))
    else if (name !== 'EXPOSE') throw new Error(`the instruction ${name} is not understood`)
  }
  if (!stage) throw new Error(`${dockerfile} has no stage`)
  return stage
}

async function startStage(text: string, stages: Map<string, Stage>, base: BaseImage): Promise<Stage> {
  const from = readFrom(text)
  const folder = join(base.folder, 'stages', String(stages.size))
  await mkdir(folder, { recursive: true })
  const parent = stages.get(from.base)
  if (!parent && !base.names.test(from.base))
    throw new Error(`FROM ${from.base}: the base of this test is ${base.names.source}`)
  if (parent) await cp(parent.folder, folder, { recursive: true, verbatimSymlinks: true })
  const { workdir = '/', environment = {}, user = 'root', command = [], healthCheck = [] } = parent ?? {}
  const stage = { folder, workdir, environment: { ...environment }, user, command, healthCheck }
  stages.set(from.name ?? `${stages.size}`, stage)
  return stage
}

async function copy(
  stage: Stage,
  text: string,
  stages: ReadonlyMap<string, Stage>,
  { context, ignored }: { context: string; ignored: (path: string) => boolean },
): Promise<void> {
  const { from, sources, destination } = readCopy(text)
  const origin = from === undefined ? context : stages.get(from)?.folder
  if (!origin) throw new Error(`COPY --from=${from}: there is no such stage`)
  for (const source of sources) {
    const path = join(origin, source)
    // Copies a folder's content; copies a file into a destination that ends with a slash.
    const isFolder = (await lstat(path)).isDirectory()
    const into = join(
      stage.folder,
      resolve(stage.workdir, destination),
      isFolder || !/[/.]$/.test(destination) ? '' : basename(source),
    )
    const filter = (file: string) => from !== undefined || !ignored(relative(context, file))
    await cp(path, into, { recursive: true, verbatimSymlinks: true, filter })
  }
}

async function run(stage: Stage, text: string, base: BaseImage): Promise<void> {
  await base.own(stage.folder)
  const child = spawn('/bin/sh', ['-c', text], {
    ...base.account,
    cwd: join(stage.folder, stage.workdir),
    env: { ...base.environment, ...stage.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.timeout(RUN_MS),
  })
  const output: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`RUN ${text}\nended with ${code}:\n${Buffer.concat(output).toString().slice(-4_000)}`)
}

/** Files excluded by `.dockerignore`: a pattern covers everything below it. */
async function readIgnored(context: string): Promise<(path: string) => boolean> {
  const text = await readFile(join(context, '.dockerignore'), 'utf8').catch(() => '')
  const lines = text.split('\n').map((line) => line.trim())
  const patterns = lines.filter((line) => line && !line.startsWith('#'))
  if (patterns.some((pattern) => pattern.startsWith('!')))
    throw new Error('.dockerignore: exceptions are not understood')
  return (path) => {
    const parts = path.split('/')
    return parts.some((_, index) =>
      patterns.some((pattern) => matchesGlob(parts.slice(0, index + 1).join('/'), pattern)),
    )
  }
}
