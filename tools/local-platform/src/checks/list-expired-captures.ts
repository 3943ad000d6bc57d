import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/**
 * Names the captures of Microsoft's answers whose date has passed, one line each. They are still replayed: an old truth
 * is better than none, and whoever has a directory of their own can record them again.
 */
export function listExpiredCaptures(root: string, now: Date): string[] {
  return globSync('tools/m365-emulator/captures/*.json', { cwd: root })
    .sort()
    .flatMap((file) => {
      const { expires } = JSON.parse(readFileSync(join(root, file), 'utf8')) as { expires: string }
      return new Date(expires) > now ? [] : [`${basename(file, '.json')} expired on ${expires}`]
    })
}
