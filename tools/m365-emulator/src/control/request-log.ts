export type LoggedRequest = {
  method: string
  route: string
  path: string
  /** As sent, without the question mark. */
  query: string
  /** The body as read, or the first part of its text if it is long. */
  body?: unknown
  /** Id of the directory it was about. */
  directory?: string
  status: number
  at: string
}

/** By the id of a directory, and by method and route, such as `GET /v1.0/users`. */
export type RequestFilter = { directory?: string | undefined; route?: string | undefined }

const KEPT = 5000
const LONGEST_BODY = 8192

const routeOf = ({ method, route }: LoggedRequest) => `${method} ${route}`

/** Counts all requests and keeps the latest ones, with what was sent. Its codes and tokens open nothing else. */
export class RequestLog {
  /** By directory, then by route. */
  readonly #counts = new Map<string | undefined, Map<string, number>>()
  #latest: LoggedRequest[] = []

  add(request: LoggedRequest): void {
    const counts = this.#counts.get(request.directory) ?? new Map<string, number>()
    counts.set(routeOf(request), (counts.get(routeOf(request)) ?? 0) + 1)
    this.#counts.set(request.directory, counts)
    this.#latest.push(shorten(request))
    if (this.#latest.length > KEPT * 2) this.#latest = this.#latest.slice(-KEPT)
  }

  /** By method and route, such as `GET /:tenant/discovery/v2.0/keys`. */
  counts(filter: RequestFilter = {}): Record<string, number> {
    const sums = new Map<string, number>()
    for (const [directory, counts] of this.#counts) {
      if ((filter.directory ?? directory) !== directory) continue
      for (const [route, count] of counts)
        if ((filter.route ?? route) === route) sums.set(route, (sums.get(route) ?? 0) + count)
    }
    return Object.fromEntries(sums)
  }

  count(route: string, directory?: string): number {
    return this.counts({ route, directory })[route] ?? 0
  }

  latest(filter: RequestFilter = {}): readonly LoggedRequest[] {
    return this.#latest.slice(-KEPT).filter((request) => isMeant(request, filter))
  }

  /** Forgets all, or the requests of one directory. */
  clear(directory?: string): void {
    if (directory === undefined) this.#counts.clear()
    else this.#counts.delete(directory)
    this.#latest = directory === undefined ? [] : this.#latest.filter((request) => request.directory !== directory)
  }
}

function isMeant(request: LoggedRequest, { directory, route }: RequestFilter): boolean {
  return (directory ?? request.directory) === request.directory && (route ?? routeOf(request)) === routeOf(request)
}

function shorten({ body, ...request }: LoggedRequest): LoggedRequest {
  if (body === undefined || body === null) return request
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { ...request, body: text.length > LONGEST_BODY ? text.slice(0, LONGEST_BODY) : body }
}
