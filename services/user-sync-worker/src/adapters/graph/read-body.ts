const MOST_IDLE = 4
const decoder = new TextDecoder()
const idle: Buffer[] = []

type Body = {
  bytes: Buffer
  /** The bytes are another answer's from now on. */
  release(): void
}

/**
 * The bytes of an answer, in memory that serves the next one too: fetch holds on to a response, and to whatever came of
 * it, until the whole heap is collected, and each page of people would bring that collection nearer.
 */
async function readBody({ body }: Response): Promise<Body> {
  let memory: Buffer | undefined = idle.pop() ?? Buffer.alloc(0)
  let length = 0
  for await (const chunk of body ?? []) {
    const needed = length + chunk.length
    if (needed > memory.length) memory = enlarged(memory, length, needed)
    memory.set(chunk, length)
    length = needed
    chunk.buffer.transfer(0) // a stream of bytes has made it ours alone: its memory goes back at once
  }
  const bytes = memory.subarray(0, length)
  return {
    bytes,
    release() {
      if (memory && idle.length < MOST_IDLE) idle.push(memory)
      memory = undefined
    },
  }
}

/** What `response.json()` answers, without its traces. */
export async function readJson(response: Response): Promise<unknown> {
  const { bytes, release } = await readBody(response)
  const text = decoder.decode(bytes)
  release()
  return JSON.parse(text)
}

function enlarged(bytes: Buffer, length: number, needed: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(2 * needed)
  bytes.copy(larger, 0, 0, length)
  return larger
}
