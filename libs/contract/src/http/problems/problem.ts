import { z } from 'zod'

/** One thing wrong with a request. `path` and `message` say the same as `pointer` and `detail`, in an older form. */
export const RequestDefect = z.object({
  path: z.string(),
  message: z.string(),
  pointer: z.string().meta({ description: 'JSON pointer into the body (RFC 6901), or the name of a parameter' }),
  in: z.enum(['body', 'query', 'path', 'header']),
  code: z.string().meta({ examples: ['unknown-member', 'unknown-parameter', 'required', 'invalid-type'] }),
  detail: z.string(),
})
export type RequestDefect = z.infer<typeof RequestDefect>

/** RFC 9457 problem details with a stable `code`. Extra members (a taken extension's `holder`) may follow. */
export const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string().optional(),
    requestId: z.string().optional(),
    errors: z.array(RequestDefect).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' })
export type Problem = z.infer<typeof Problem>
