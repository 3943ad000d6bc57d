import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Node, SyntaxKind } from 'typescript/unstable/ast'
import { isInterfaceDeclaration, isTypeAliasDeclaration } from 'typescript/unstable/ast/is'
import { createVirtualFileSystem } from 'typescript/unstable/fs'
import { API } from 'typescript/unstable/sync'

const SOURCES = '{bench,examples,libs,services,tools}/**/*.{ts,tsx,js}'
const FILES_BESIDE_EACH_OTHER = 20
const SOURCE_LINES = 250
const TEST_LINES = 400
const PORT_METHODS = 10
const FUNCTIONS = [SyntaxKind.MethodSignature, SyntaxKind.FunctionType]

/**
 * Finds folders of more than twenty source files, files that are too long and ports with more than ten methods. Prints
 * one line per violation; returns true when there is none.
 */
export function checkHouse(root: string): boolean {
  const paths = globSync(SOURCES, { cwd: root, exclude: (name) => ['node_modules', 'dist', '.turbo'].includes(name) })
  const files = paths.map((path) => [path.replaceAll('\\', '/'), readFileSync(join(root, path), 'utf8')] as const)
  const violations = houseViolations(new Map(files.sort()))
  for (const violation of violations) process.stderr.write(`${violation}\n`)
  return violations.length === 0
}

/** One sentence per violation. `files`: text by path, relative to the root, with forward slashes. */
export function houseViolations(files: ReadonlyMap<string, string>): string[] {
  const ports = [...files].filter(([path]) => /^(.+-)?ports\.ts$/.test(basename(path)))
  return [...crowdedFolders([...files.keys()]), ...longFiles(files), ...widePorts(Object.fromEntries(ports))]
}

function crowdedFolders(paths: readonly string[]): string[] {
  const folders = Object.groupBy(paths.filter(isInSource), dirname)
  return Object.entries(folders).flatMap(([folder, inside = []]) =>
    inside.length > FILES_BESIDE_EACH_OTHER
      ? [`${folder}: ${inside.length} source files in one folder, ${FILES_BESIDE_EACH_OTHER} at most`]
      : [],
  )
}

function longFiles(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([path, text]) => {
    const limit = isInTests(path) ? TEST_LINES : SOURCE_LINES
    const lines = text.replace(/\n$/, '').split('\n').length
    return lines > limit ? [`${path}: ${lines} lines, ${limit} at most`] : []
  })
}

/** A port is an exported type or interface with function members; members of nested object types count as its own. */
function widePorts(texts: Readonly<Record<string, string>>): string[] {
  const config = { compilerOptions: { noLib: true, noResolve: true, types: [] }, files: Object.keys(texts) }
  const sources = Object.entries(texts).map(([path, text]) => [`/${path}`, text])
  const fs = createVirtualFileSystem({ '/tsconfig.json': JSON.stringify(config), ...Object.fromEntries(sources) })
  const api = new API({ fs })
  try {
    const project = api.updateSnapshot({ openProjects: ['/tsconfig.json'] }).getProject('/tsconfig.json')
    return Object.keys(texts).flatMap((path) => {
      const { statements = [] } = project?.program.getSourceFile(`/${path}`) ?? {}
      return statements.flatMap((statement) => {
        if (!isInterfaceDeclaration(statement) && !isTypeAliasDeclaration(statement)) return []
        const methods = methodsIn(statement)
        return methods > PORT_METHODS
          ? [`${path}: port ${statement.name.text} has ${methods} methods, ${PORT_METHODS} at most`]
          : []
      })
    })
  } finally {
    api.close()
  }
}

/** The functions of a declaration, without those that its functions take or return. */
function methodsIn(node: Node): number {
  if (FUNCTIONS.includes(node.kind)) return 1
  let methods = 0
  node.forEachChild((child) => {
    methods += methodsIn(child)
  })
  return methods
}

const isInSource = (path: string) => path.includes('/src/') && !isInTests(path)
const isInTests = (path: string) => path.includes('/test/')

if (import.meta.main) process.exitCode = checkHouse(join(import.meta.dirname, '../../../..')) ? 0 : 1
