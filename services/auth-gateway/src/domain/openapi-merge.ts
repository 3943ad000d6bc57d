type Document = Record<string, unknown>
type Members = Record<string, unknown>

const members = (value: unknown): Members => (value && typeof value === 'object' ? (value as Members) : {})

/**
 * Merges the services' documents into a public one. Equal component names mean equal components: all come from the
 * contract.
 */
export function mergeOpenApi(documents: readonly Document[], origin: string): Document {
  const components: Record<string, Members> = {}
  for (const document of documents) {
    for (const [section, entries] of Object.entries(members(document.components))) {
      components[section] = { ...components[section], ...members(entries) }
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Jackfield admin API', version: String(members(documents[0]?.info).version ?? '1') },
    servers: [{ url: origin }],
    security: [{ apiKey: [] }],
    tags: documents.flatMap(({ tags }) => (Array.isArray(tags) ? tags : [])),
    paths: Object.assign({}, ...documents.map(({ paths }) => members(paths))),
    components,
  }
}
