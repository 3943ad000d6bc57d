import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Runs a program to its end, optionally as another account, and returns its output.
 * @throws with the program's last lines when the exit code is not 0
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  account?: { uid: number; gid: number },
): Promise<string> {
  const child = spawn(program, args, { ...account, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
  const output: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
  const [code] = await once(child, 'close')
  const text = Buffer.concat(output).toString()
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${text.trim().split('\n').slice(-5).join('\n')}`)
  return text
}
