/** HTML that is safe to embed: the template encodes every other value. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

export function encode(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
}

type Part = string | number | Html | Html[] | false | undefined

export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  const render = (part: Part): string => {
    if (part instanceof Html) return part.text
    if (Array.isArray(part)) return part.map(render).join('')
    return part === false || part === undefined ? '' : encode(String(part))
  }
  return new Html(strings.map((text, index) => text + render(parts[index])).join(''))
}
