import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/**
 * Sends requests over kept connections, the next after each answer; answers have no body. Costs little, so that the
 * server is what is measured.
 */
export class RawLoad {
  readonly latencies: number[] = []
  readonly #sockets: Socket[]
  readonly #requests: readonly Buffer[]
  readonly #expected: string
  #next = 0
  #isWarm = false

  private constructor(sockets: Socket[], requests: readonly Buffer[], expected: number) {
    this.#sockets = sockets
    this.#requests = requests
    this.#expected = `HTTP/1.1 ${expected}`
  }

  /** @param requests host and cookie of each request, or the JSON it posts; used in turn */
  static async open(
    port: number,
    requests: ReadonlyArray<{ host: string; cookie?: string; path?: string; body?: string }>,
    { path = '/auth/verify', connections = 8, expected = 200 } = {},
  ): Promise<RawLoad> {
    const messages = requests.map(({ host, cookie, path: own = path, body }) => {
      const method = body === undefined ? 'GET' : 'POST'
      const content =
        body === undefined ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`
      return Buffer.from(
        `${method} ${own} HTTP/1.1\r\nHost: ${host}\r\n${cookie ? `Cookie: ${cookie}\r\n` : ''}${content}\r\n${body ?? ''}`,
      )
    })
    const sockets = Array.from({ length: connections }, () => connect(port, '127.0.0.1').setNoDelay(true))
    await Promise.all(sockets.map((socket) => once(socket, 'connect')))
    return new RawLoad(sockets, messages, expected)
  }

  async work(milliseconds: number): Promise<number> {
    const end = performance.now() + milliseconds
    const done = await this.#inParallel(() => performance.now() < end)
    if (!this.#isWarm) this.latencies.length = 0 // the first run is the warm-up
    this.#isWarm = true
    return done
  }

  /** Sends each request once. */
  async once(): Promise<void> {
    const last = this.#next + this.#requests.length
    await this.#inParallel(() => this.#next < last)
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async #inParallel(goesOn: () => boolean): Promise<number> {
    const counts = await Promise.all(
      this.#sockets.map(async (socket) => {
        let done = 0
        for (; goesOn(); done++) await this.#ask(socket)
        return done
      }),
    )
    return counts.reduce((total, count) => total + count, 0)
  }

  #ask(socket: Socket): Promise<void> {
    const request = this.#requests[this.#next++ % this.#requests.length]
    const start = performance.now()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    let head = ''
    const read = (part: Buffer) => {
      head += part.toString('latin1')
      const [headers, body] = head.split('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
      if (body === undefined || body.length < length) return
      socket.off('data', read)
      this.latencies.push(performance.now() - start)
      if (headers?.startsWith(this.#expected)) resolve()
      else reject(new Error(`not ${this.#expected}: ${head.slice(0, 600)}`))
    }
    socket.on('data', read)
    socket.write(request ?? '')
    return promise
  }
}
