/** The paths of an app's GET routes, and whether each answers HEAD, read from Fastify's own listing. */
export function listGetRoutes(app: { printRoutes(options: { commonPrefix: false }): string }) {
  const parents: string[] = []
  const lines = app.printRoutes({ commonPrefix: false }).split('\n')
  return lines.flatMap((line) => {
    const found = /^([^\w/*:.-]*)(\S+)(?: \(([A-Z, ]+)\))?/.exec(line.replace('── ', '   '))
    const [, indent = '', part = '', methods = ''] = found ?? []
    if (part === '') return []
    parents.splice(indent.length / 4 - 1, Number.POSITIVE_INFINITY, part)
    const path = parents.join('').replace(/\/?\*$/, '/*')
    return methods.split(', ').includes('GET') ? [{ path, answersHead: methods.includes('HEAD') }] : []
  })
}
