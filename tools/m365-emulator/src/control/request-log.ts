export type LoggedRequest = { method: string; route: string; path: string; status: number; at: string }

const KEPT = 5000

/** Counts all requests and keeps the latest ones. Queries are left out: they carry codes. */
export class RequestLog {
  #counts = new Map<string, number>()
  #latest: LoggedRequest[] = []

  add(request: LoggedRequest): void {
    const key = `${request.method} ${request.route}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    this.#latest.push(request)
    if (this.#latest.length > KEPT * 2) this.#latest = this.#latest.slice(-KEPT)
  }

  /** By method and route, such as `GET /:tenant/discovery/v2.0/keys`. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts)
  }

  count(route: string): number {
    return this.#counts.get(route) ?? 0
  }

  latest(): readonly LoggedRequest[] {
    return this.#latest.slice(-KEPT)
  }

  clear(): void {
    this.#counts = new Map()
    this.#latest = []
  }
}
