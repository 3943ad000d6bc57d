import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { BaseImage } from './base-image.ts'
import type { Stage } from './build-image.ts'

export type ImageProcess = {
  /** Resolves with the exit code and the whole output. */
  readonly ended: Promise<{ code: number | null; output: string }>
  readonly output: () => string
  stop(): Promise<void>
}

/**
 * Runs a command in the image as the base's account: with its files, its folder and its environment, and only these
 * settings.
 */
export function startInImage(
  base: BaseImage,
  image: Stage,
  command: readonly string[],
  settings: Record<string, string>,
): ImageProcess {
  const [program = 'node', ...args] = command
  const child = spawn(program, args, {
    ...base.account,
    cwd: join(image.folder, image.workdir),
    env: { ...base.environment, ...image.environment, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const parts: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => parts.push(chunk))
  const output = () => Buffer.concat(parts).toString()
  const ended = once(child, 'close').then(([code]) => ({ code, output: output() }))
  return {
    ended,
    output,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await ended
    },
  }
}
