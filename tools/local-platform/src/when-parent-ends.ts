/**
 * Calls `end` once the process that started us is gone: `npm` ended by a signal does not always pass it on through its
 * shell, and nobody could stop us by Ctrl-C any more.
 */
export function whenParentEnds(end: () => void): void {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    end()
  }, 500)
  watch.unref()
}
