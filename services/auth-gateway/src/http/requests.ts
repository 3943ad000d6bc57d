import type { FastifyInstance } from 'fastify'

export function pathOf({ url }: { url: string }): string {
  return url.split('?', 1)[0] ?? ''
}

/** Takes form bodies only, as an object of their last values. `bodyLimit` in bytes. */
export function takeForms(app: FastifyInstance, bodyLimit: number): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
}

/** Takes bodies of every type and discards them unread. */
export function discardBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume()
    done(null)
  })
}

/** The path without the id of an attempt, which is also a cookie's value. */
export function pathInLog(request: { url: string }): string {
  return pathOf(request).replace(/^\/auth\/(interaction|authorize)\/[\w-]+/, '/auth/$1/…')
}
