import { Problem } from '@jackfield/contract/http/problems/problem'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import type { OpenApi, Operation } from './operations.ts'

export type Answer = {
  status: number
  contentType: string | undefined
  headers?: Readonly<Record<string, string | string[] | undefined>>
  body: string
}

/** Words that occur in a response only when it leaks internals (SE-10). */
const INSIDE =
  /node_modules|\bat \w[\w.]* \(|\/src\/|\.ts:\d|\bpostgres|\bpg_|drizzle|SQLSTATE|Failed query|ECONN|violates|ZodError|TypeError/i

/** True when a response contains what belongs into the log only. */
export const showsTheInside = (text: string): boolean => INSIDE.test(text)

/** Checks responses against the OpenAPI document. Returns complaints; an empty list is a pass. */
export function judgeOf(document: OpenApi) {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true })
  // The package is CommonJS, which its types declare incompletely.
  const addFormats = formats as unknown as (ajv: Ajv2020) => void
  addFormats(ajv)
  ajv.addSchema(document as object, 'document')

  function bodyComplaint({ path, method }: Operation, { status, body }: Answer): string | undefined {
    const place = ['paths', path, method.toLowerCase(), 'responses', String(status), 'content']
    const content = document.paths?.[path]?.[method.toLowerCase()]?.responses?.[String(status)]?.content
    const [type, media] = Object.entries(content ?? {})[0] ?? []
    if (type === undefined || !media?.schema || !type.endsWith('json')) return undefined
    const pointer = [...place, type, 'schema']
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/')
    const validate = ajv.getSchema(`document#/${pointer}`)
    if (!validate) return `the declared schema of ${status} cannot be read`
    const value: unknown = parse(body)
    return validate(value) ? undefined : `the answer is not what ${status} declares: ${ajv.errorsText(validate.errors)}`
  }

  function refusalComplaints({ refusals }: Operation, { status, contentType, body }: Answer): string[] {
    const problem = Problem.safeParse(parse(body))
    return [
      ...(contentType?.startsWith('application/problem+json') ? [] : [`a refusal of type ${contentType}`]),
      ...(problem.success && problem.data.status === status && problem.data.requestId
        ? []
        : ['a refusal without status, code or request id']),
      ...(!problem.success || refusals.includes(problem.data.code) ? [] : [`undeclared: ${problem.data.code}`]),
      ...(showsTheInside(body) ? ['a refusal that shows the inside'] : []),
    ]
  }

  return (operation: Operation, answer: Answer): string[] => {
    const { status } = answer
    if (status >= 500) return [`status ${status}: ${answer.body}`]
    if (status >= 400) return refusalComplaints(operation, answer)
    if (!operation.statuses.includes(String(status))) return [`status ${status} is not declared`]
    const complaint = bodyComplaint(operation, answer)
    return complaint === undefined ? [] : [complaint]
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
