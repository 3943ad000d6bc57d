import { setInterval as every } from 'node:timers/promises'

export type LoadAnswer = {
  kind: string
  status: number
  retryAfter: string | undefined
  milliseconds: number
  askedAt: number
}

/**
 * Sends `perSecond` requests a second, the kinds in turn, without waiting for earlier answers (open-loop load). A request
 * that throws counts as status 0.
 */
export function steadyLoad(
  perSecond: number,
  questions: Readonly<Record<string, () => Promise<{ status: number; retryAfter: string | undefined }>>>,
) {
  const kinds = Object.entries(questions)
  const answers: LoadAnswer[] = []
  const open = new Set<Promise<void>>()
  const stopping = new AbortController()

  async function ask(kind: string, question: (typeof kinds)[number][1]): Promise<void> {
    const askedAt = performance.now()
    const { status, retryAfter } = await question().catch(() => ({ status: 0, retryAfter: undefined }))
    answers.push({ kind, status, retryAfter, milliseconds: performance.now() - askedAt, askedAt })
  }
  async function run(): Promise<void> {
    let turn = 0
    for await (const _ of every(1_000 / perSecond, undefined, { signal: stopping.signal })) {
      const [kind, question] = kinds[turn++ % kinds.length] as (typeof kinds)[number]
      const asked = ask(kind, question).finally(() => open.delete(asked))
      open.add(asked)
    }
  }
  const running = run().catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error
  })
  return {
    /** Answers to requests of one kind sent between two times of `performance.now()`. */
    answersOf: (kind: string, from: number, to: number) =>
      answers.filter((answer) => answer.kind === kind && answer.askedAt >= from && answer.askedAt <= to),
    /** Resolves after the last answer. */
    async stop(): Promise<void> {
      stopping.abort()
      await running
      await Promise.all(open)
    },
  }
}
