import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import type {
  AppControllerRoute,
  AppViewRoute,
  BullBoardQueues,
  IServerAdapter,
  UIConfig,
} from '@bull-board/api/typings/app'
import { QUEUES } from '@jackfield/contract/internal/queues'
import type { Queue } from 'bullmq'
import { z } from 'zod'
import { type QueueOptions, type QueuesOptions, reopenedQueue } from './bullmq-engine.ts'

const UI: UIConfig = {
  boardTitle: 'Jobs',
  hideDocsLink: true,
  miscLinks: [{ text: 'Control', url: '/' }],
}

type BoardRequest = {
  isReadOnly: boolean
  params: Record<string, string>
  query: Record<string, unknown>
  body: unknown
}

/**
 * A dashboard of the queues: one page at each of `pagePaths`, the files and the calls it makes, all below one path. In
 * place of bull-board's Fastify adapter, which has no read-only users and answers with the text of every error.
 */
export function bullBoard({ queues = QUEUES, ...options }: QueuesOptions) {
  const boards = Object.values(queues).map((definition) => boardOf({ ...options, definition }))
  const { calls, entry, uiConfig, viewsPath, filesDirectory } = partsOfBoard()
  const template = readFileSync(join(viewsPath, 'index.ejs'), 'utf8').replace(/<link href="https:[^>]+>/g, '')

  async function queuesFor(isReadOnly: boolean): Promise<BullBoardQueues> {
    const shown = await Promise.all(boards.map((board) => board.shown(isReadOnly)))
    return new Map(shown.map((adapter) => [adapter.getName(), adapter]))
  }

  return {
    pagePaths: [entry.route].flat(),
    page(basePath: string): string {
      const { params } = entry.handler({ basePath, uiConfig })
      return render(template, params)
    },
    filesDirectory,
    calls: calls.flatMap(({ method, route, handler }) =>
      [route].flat().map((path) => ({
        method: String(method).toUpperCase(),
        path,
        async answer({ isReadOnly, params, query, body }: BoardRequest) {
          const request = {
            queues: await queuesFor(isReadOnly),
            uiConfig,
            params,
            query,
            body: body as Record<string, unknown>,
            headers: {},
          }
          const { status, body: answer } = await handler(request)
          return { status: status ?? 200, body: answer as unknown }
        },
      })),
    ),
    async close() {
      await Promise.all(boards.map((board) => board.close()))
    },
  }
}

function boardOf(options: QueueOptions) {
  const { description, payload } = options.definition
  const { open, close } = reopenedQueue(options)
  const adapterOf = (queue: Queue, readOnlyMode: boolean) =>
    new BullMQAdapter(queue, { description, readOnlyMode, jobDataSchema: z.toJSONSchema(payload) })
  let known: { queue: Queue; readOnly: BullMQAdapter; writable: BullMQAdapter } | undefined
  return {
    async shown(isReadOnly: boolean): Promise<BullMQAdapter> {
      const queue = await open()
      if (known?.queue !== queue) known = { queue, readOnly: adapterOf(queue, true), writable: adapterOf(queue, false) }
      return isReadOnly ? known.readOnly : known.writable
    },
    close,
  }
}

/** What bull-board asks a server to serve. */
function partsOfBoard() {
  let calls: AppControllerRoute[] = []
  let entry: AppViewRoute | undefined
  let uiConfig: UIConfig = {}
  let [viewsPath, filesDirectory] = ['', '']
  const server: IServerAdapter = {
    setQueues: () => server,
    setErrorHandler: () => server,
    setViewsPath(path) {
      viewsPath = path
      return server
    },
    setStaticPath(_route, path) {
      filesDirectory = path
      return server
    },
    setEntryRoute(route) {
      entry = route
      return server
    },
    setApiRoutes(routes) {
      calls = routes
      return server
    },
    setUIConfig(config) {
      uiConfig = config
      return server
    },
  }
  createBullBoard({ queues: [], serverAdapter: server, options: { uiConfig: UI } })
  if (!entry) throw new TypeError('bull-board has no entry route.')
  return { calls, entry, uiConfig, viewsPath, filesDirectory }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** The template knows two forms of EJS: `<%= name %>` escaped, `<%- name %>` as it is. */
function render(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/<%([-=])\s*(\w+)\s*%>/g, (_, form: string, name: string) => {
    const value = values[name] ?? ''
    return form === '=' ? value.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '') : value
  })
}
