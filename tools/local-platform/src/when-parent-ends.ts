/**
 * Calls `end` once the parent process is gone. When a signal ends npm, its shell does not always pass it on, and Ctrl-C
 * could no longer end this process.
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
