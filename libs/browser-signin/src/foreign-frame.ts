/**
 * Whether another site shows this page in a frame. The browser then partitions the page's storage: a BroadcastChannel
 * does not reach the pop-up, and the gateway's pages refuse to be framed. A Strict cookie can be set exactly where no
 * frame around the page is of another site; the probe is removed at once.
 */
export function isInForeignFrame(): boolean {
  if (window.top === window) return false
  const probe = `jackfield-frame=${crypto.randomUUID()}`
  try {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API has no answer for a frame in all browsers
    document.cookie = `${probe}; SameSite=Strict; Max-Age=10`
    const isKept = document.cookie.split('; ').includes(probe)
    // biome-ignore lint/suspicious/noDocumentCookie: as above
    document.cookie = `${probe}; SameSite=Strict; Max-Age=0`
    return !isKept
  } catch {
    return true // a sandboxed frame without an origin of its own has no cookies
  }
}
