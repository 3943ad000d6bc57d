import type { FastifyPluginAsync } from 'fastify'
import type { Cloud } from '../../cloud.ts'
import type { Photo } from '../../directory/photo.ts'
import { authenticate, requireAny } from '../bearer.ts'
import { badRequest, GraphError, notFound } from '../graph-error.ts'

type OfUser = { Params: { id: string; size: string } }

const SIZES = [48, 64, 96, 120, 240, 360, 432, 504, 648]

/** Photos of users. Without a photo the metadata describes one pixel, and its content is not found. */
export const photos: FastifyPluginAsync<{ cloud: Cloud }> = async (app, { cloud }) => {
  const photoOf = (authorization: string | undefined, id: string): Photo | undefined => {
    const caller = authenticate(authorization, cloud)
    requireAny(caller, 'User.Read.All', 'ProfilePhoto.Read.All', 'User.ReadBasic.All', 'User.Read')
    const user = caller.directory.users.find(id)
    if (!user) throw notFound(id)
    return caller.directory.photos.get(user.id)
  }
  const context = (id: string, rest: string) => ({
    '@odata.context': `${cloud.graphOrigin}/v1.0/$metadata#users('${id}')/photo${rest}`,
  })

  app.get<OfUser>('/users/:id/photo', async ({ headers, params }) => {
    const photo = photoOf(headers.authorization, params.id)
    return { ...context(params.id, '/$entity'), ...(photo ? metadata(photo, photo.width, photo.height) : NO_PHOTO) }
  })
  app.get<OfUser>('/users/:id/photos', async ({ headers, params }) => {
    const photo = photoOf(headers.authorization, params.id)
    const sizes = SIZES.filter((size) => photo && size <= Math.min(photo.width, photo.height))
    return { ...context(params.id, 's'), value: sizes.flatMap((size) => (photo ? [metadata(photo, size, size)] : [])) }
  })
  app.get<OfUser>('/users/:id/photos/:size', async ({ headers, params }) => {
    const photo = sized(photoOf(headers.authorization, params.id), params.size)
    return { ...context(params.id, 's/$entity'), ...metadata(photo, sizeOf(params.size), sizeOf(params.size)) }
  })
  app.get<OfUser>('/users/:id/photo/$value', async ({ headers, params }, reply) => {
    const photo = found(photoOf(headers.authorization, params.id))
    return reply.header('etag', photo.etag).type(photo.contentType).send(photo.content)
  })
  app.get<OfUser>('/users/:id/photos/:size/$value', async ({ headers, params }, reply) => {
    const photo = sized(photoOf(headers.authorization, params.id), params.size)
    return reply.header('etag', photo.etag).type(photo.contentType).send(photo.content)
  })
}

const NO_PHOTO = { '@odata.mediaContentType': 'image/gif', id: '1x1', height: 1, width: 1 }

const metadata = ({ contentType, etag }: Photo, width: number, height: number) => ({
  '@odata.mediaContentType': contentType,
  '@odata.mediaEtag': etag,
  id: `${width}x${height}`,
  height,
  width,
})

function sizeOf(text: string): number {
  const size = SIZES.find((known) => `${known}x${known}` === text.toLowerCase())
  if (size === undefined) throw badRequest(`The size '${text}' is not supported.`)
  return size
}

function found(photo: Photo | undefined): Photo {
  if (!photo)
    throw new GraphError(
      404,
      'ImageNotFound',
      'Exception of type Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException was thrown.',
    )
  return photo
}

function sized(photo: Photo | undefined, text: string): Photo {
  const size = sizeOf(text)
  const { width, height } = found(photo)
  return found(size <= Math.min(width, height) ? photo : undefined)
}
