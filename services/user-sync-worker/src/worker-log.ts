/** What the worker says of its work: an object of ids and times, then a sentence. */
export type WorkerLog = Record<'info' | 'warn', (about: object, text: string) => void>
