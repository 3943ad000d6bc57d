import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const DOCUMENTS = '{*.md,{bench,deploy,docs,examples,libs,services,tools}/**/*.md}'
const TREE = '{*,{bench,deploy,docs,examples,libs,services,tools}/**}'
const GENERATED = ['node_modules', 'dist', '.turbo', '.data', '.stryker-tmp']

const MENTION = /`([^`\s]+)`/g
const LINK = /\]\((?!https?:|#)([^)#\s]+)/g
const FROM_THE_ROOT = /^(?:bench|deploy|docs|examples|libs|services|tools)\/./
const FROM_A_WORKSPACE = /^(?:src|test|migrations)\/./
const SOURCE_FILE = /^[\w<*].*\.(?:ts|tsx|sql)$/
const FILE_IN_A_FOLDER = /^(?!dist\/)[\w<*].*\/.*\.(?:conf|css|js|json|md|yaml)$/

/**
 * Finds the paths that documents name and the tree does not have. A mention in backquotes may leave out leading
 * folders (`routes/activate-tenant.ts`) and may hold `*` or `<placeholder>`; a link is relative to its document.
 * Prints each with its document; returns true when there is none.
 */
export function checkPaths(root: string): boolean {
  const exclude = (name: string) => GENERATED.includes(name)
  const tree = globSync(TREE, { cwd: root, exclude }).map((path) => path.replaceAll('\\', '/'))
  const problems = globSync(DOCUMENTS, { cwd: root, exclude }).flatMap((document) => {
    const text = readFileSync(join(root, document), 'utf8')
    const links = [...text.matchAll(LINK)].map(([, link]) => link as string)
    return [
      ...missingPaths(text, tree),
      ...links.filter((link) => !existsSync(join(root, dirname(document), decodeURIComponent(link)))),
    ].map((path) => `${document}: there is no ${path}`)
  })
  for (const problem of problems) process.stderr.write(`${problem}\n`)
  return problems.length === 0
}

/** The paths in backquotes that are neither in `tree` nor the end of a path in it, each once. */
export function missingPaths(text: string, tree: readonly string[]): string[] {
  const listing = `\n${tree.map((path) => `/${path}/`).join('\n')}\n`
  const mentions = new Set([...text.matchAll(MENTION)].map(([, mention]) => mention as string))
  return [...mentions].filter((mention) => isPath(mention) && !patternOf(mention).test(listing))
}

function isPath(mention: string): boolean {
  return [FROM_THE_ROOT, FROM_A_WORKSPACE, SOURCE_FILE, FILE_IN_A_FOLDER].some((form) => form.test(mention))
}

/** A path from the root must match from its first segment. */
function patternOf(mention: string): RegExp {
  const path = mention
    .replace(/\/$/, '')
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replace(/<[^>]*>|\*+/g, '[^/\n]*')
  return new RegExp(`${FROM_THE_ROOT.test(mention) ? '\n' : ''}/${path}/`)
}
