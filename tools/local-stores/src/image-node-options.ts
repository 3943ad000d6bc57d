import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * How the image that ships runs Node.js: a heap of its own size, whatever the machine has. Left to itself, Node.js
 * takes a part of the machine's memory before it collects garbage in earnest.
 */
export function imageNodeOptions(root: string): string[] {
  const file = join(root, 'deploy/docker/Dockerfile')
  const options = /^ENV .*NODE_OPTIONS="([^"]+)"/m.exec(readFileSync(file, 'utf8'))?.[1]
  if (!options) throw new Error(`${file} sets no NODE_OPTIONS.`)
  return options.split(' ')
}
