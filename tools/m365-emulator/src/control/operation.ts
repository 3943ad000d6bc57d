import { z } from 'zod'
import type { Cloud } from '../cloud.ts'
import type { Directory } from '../directory/directory.ts'

type Names<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One entry of the control API: its route and its part of the OpenAPI document are made from this. */
export type Operation = {
  method: Method
  /** Below `/_emulator`, with parameters in braces. */
  path: string
  summary: string
  body?: z.ZodType
  query?: z.ZodObject
  /** Answers `{ done: true }` where it returns nothing. */
  run(request: { params: Record<string, string>; body: unknown; query: unknown }): unknown
}

type Definition<Path extends string, Body extends z.ZodType, Query extends z.ZodObject> = {
  summary: string
  /** Validates the body, which is passed as written: the functions that apply it fill in the defaults. */
  body?: Body
  query?: Query
  run(request: { params: Record<Names<Path>, string>; body: z.input<Body>; query: z.output<Query> }): unknown
}

export function operation<
  Path extends string,
  Body extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodObject = z.ZodObject,
>(method: Method, path: Path, definition: Definition<Path, Body, Query>): Operation {
  return { method, path, ...definition } as Operation
}

/** Many calls mean one directory where they name it, and all where they do not. */
export const OneDirectory = z.strictObject({
  /** Id, or one of its domains. */
  directory: z.string().optional(),
})

/** @throws for a name that no directory has */
export function findDirectory(cloud: Cloud, idOrDomain: string | undefined): Directory | undefined {
  if (idOrDomain === undefined) return undefined
  const found = cloud.directories.find(idOrDomain)
  if (!found) throw new Error(`There is no directory ${idOrDomain}.`)
  return found
}
