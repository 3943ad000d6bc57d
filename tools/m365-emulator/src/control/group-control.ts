import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../cloud.ts'
import type { GroupChange, GroupSeed } from '../directory/group.ts'

type OfGroup = { Params: { d: string; g: string; m: string } }

/** Groups and their members, over HTTP. */
export const groupControl: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  const groups = (idOrDomain: string) => {
    const directory = cloud.directories.find(idOrDomain)
    if (!directory) throw new Error(`There is no directory ${idOrDomain}.`)
    return directory.groups
  }
  const done = { done: true }
  app.get<OfGroup>('/directories/:d/groups', async ({ params }) => groups(params.d).all())
  app.post<OfGroup>('/directories/:d/groups', async ({ params, body }) => groups(params.d).add(body as GroupSeed))
  app.patch<OfGroup>('/directories/:d/groups/:g', async ({ params, body }) =>
    groups(params.d).change(params.g, body as GroupChange),
  )
  app.delete<OfGroup>('/directories/:d/groups/:g', async ({ params }) => {
    groups(params.d).delete(params.g)
    return done
  })
  app.put<OfGroup>('/directories/:d/groups/:g/members/:m', async ({ params }) => {
    groups(params.d).addMember(params.g, params.m)
    return done
  })
  app.delete<OfGroup>('/directories/:d/groups/:g/members/:m', async ({ params }) => {
    groups(params.d).removeMember(params.g, params.m)
    return done
  })
}
