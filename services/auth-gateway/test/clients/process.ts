import { type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { App, Running } from './client.ts'

/** A program that reads port and apps as one line of JSON, says `listening`, and ends with its standard input. */
export async function startProgram(
  command: readonly [string, ...string[]],
  apps: readonly App[],
  port: number,
  env: SpawnOptions['env'] = {},
): Promise<Running> {
  const [file, ...given] = command
  const program = spawn(file, given, { env: { ...process.env, ...env }, stdio: 'pipe' })
  let complaints = ''
  program.stderr.on('data', (part) => {
    complaints += part
  })
  program.stdin.write(`${JSON.stringify({ port, apps })}\n`)
  const ended = once(program, 'exit')
  await Promise.race([
    once(program.stdout, 'data'),
    ended.then(() => Promise.reject(new Error(`${command[0]} ended: ${complaints}`))),
  ])
  return {
    complaints: () => complaints,
    async close() {
      program.stdin.end()
      await ended
    },
  }
}

/** What a program prints; undefined where it is missing or fails, with the reason in `complaints`. */
export async function run(command: readonly [string, ...string[]], env: SpawnOptions['env'] = {}, cwd?: string) {
  const [file, ...given] = command
  const program = spawn(file, given, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const [printed, complaints] = [program.stdout, program.stderr].map(async (stream) =>
    Buffer.concat(await stream.toArray()).toString(),
  ) as [Promise<string>, Promise<string>]
  const code = await once(program, 'close').then(
    ([code]) => Number(code),
    () => -1,
  )
  return { code, printed: await printed, complaints: await complaints }
}
