/** One instruction of a Dockerfile: its name in capitals, and the rest with its continued lines joined. */
type Instruction = { name: string; text: string }

type CopyInstruction = { from: string | undefined; sources: string[]; destination: string }

/**
 * Reads a Dockerfile's instructions in order, without comments and empty lines (the reference: Dockerfile, "Format").
 */
export function readDockerfile(text: string): Instruction[] {
  return text
    .split('\n')
    .filter((line) => !/^\s*(?:#|$)/.test(line))
    .join('\n')
    .replaceAll(/\\\n/g, '')
    .split('\n')
    .map((line) => {
      const [, name = '', rest = ''] = /^\s*([A-Za-z]+)\s+(.*)$/.exec(line) ?? []
      if (!name) throw new Error(`no instruction: ${line}`)
      return { name: name.toUpperCase(), text: rest.trim() }
    })
}

/** `FROM base [AS name]`. */
export function readFrom(text: string): { base: string; name: string | undefined } {
  const [, base = '', name] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(text) ?? []
  if (!base) throw new Error(`FROM ${text} is not understood`)
  return { base, name }
}

/** `COPY [--from=stage] source... destination`. */
export function readCopy(text: string): CopyInstruction {
  const words = text.split(/\s+/)
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined
  const destination = words.pop()
  if (!destination || words.length === 0 || words.some((word) => word.startsWith('-') || /[*?]/.test(word)))
    throw new Error(`COPY ${text} is not understood`)
  return { from, sources: words, destination }
}

/** `ENV name=value name="a value"`. */
export function readEnv(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([A-Z_]+)=(?:"([^"]*)"|(\S+))/g)]
  return Object.fromEntries(pairs.map(([, name, quoted, plain]) => [name, quoted ?? plain ?? '']))
}
