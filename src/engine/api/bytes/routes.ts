import { z } from 'zod'
import { attentionReading, kernelForm } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { perturbationNames } from '#shared/transforms/index.ts'
import { locateImage } from '../../datasets/index.ts'
import type { EngineSession } from '../session/session.ts'
import { thumbnail } from '../session/thumbnails.ts'
import { index, route, rowId, type Route } from './address.ts'
import type { ByteAnswer } from './answer.ts'
import { filmPicture, transformedPicture } from './gallery.ts'
import { attentionLayer, receptiveField, saliencyMap, shownPixels } from './mapBytes.ts'
import { perturbedPicture } from './perturbed.ts'
import { compositionPreview, inputPicture, kernelWeights } from './pictures.ts'

const kept = z.object({ key: z.string() })
/** A row of the workspace, or the key of a file that was opened for the gallery. */
const shown = z.object({ image: z.string(), size: z.enum(['benchmark', 'own']).default('benchmark') })

/** All addresses below `/bytes/`, by kind; `#shared/bytes.ts` makes them. */
const routes: Record<string, Route> = {
  thumbnail: route(
    ['image'],
    z.object({ image: rowId, size: z.enum(['96', '192']).catch('192') }),
    async (session, { image, size }, signal) => ({
      type: 'image/webp',
      bytes: await thumbnail(session.thumbnailContext(), image, size === '96' ? 96 : 192, signal),
    }),
  ),
  image: route(['image'], z.object({ image: rowId }), async (session, { image }) =>
    session.pool.browserPicture(locateImage(session.db, image).path),
  ),
  input: route(
    ['image'],
    z.object({
      image: rowId,
      model: rowId,
      condition: rowId.optional(),
      transform: z.string().optional(),
    }),
    inputPicture,
  ),
  perturbed: route(
    ['image'],
    z.object({
      image: rowId,
      model: rowId,
      condition: rowId,
      study: rowId.optional(),
      as: z.enum(['shown', 'change']).default('shown'),
    }),
    perturbedPicture,
  ),
  transformed: route(['image'], shown.extend({ transform: z.string().max(4000) }), transformedPicture),
  film: route(
    ['image'],
    shown.extend({
      name: z.enum(perturbationNames),
      seed: z.coerce.number().int(),
      difficulty: z.coerce.number().int().min(1).max(3).default(1),
    }),
    filmPicture,
  ),
  composition: route(['figure'], z.object({ figure: rowId }), compositionPreview),
  kernels: route(
    ['model', 'layer'],
    z.object({ model: rowId, layer: index, form: kernelForm.catch('raw') }),
    kernelWeights,
  ),
  attention: route(['key'], kept.extend({ layer: index, reading: attentionReading }), attentionLayer),
  saliency: route(
    ['key'],
    kept.extend({ as: z.enum(['magnitude', 'signed', 'channels']).default('magnitude') }),
    saliencyMap,
  ),
  'receptive-field': route(['key'], kept, receptiveField),
  shown: route(['key'], kept, shownPixels),
  file: route(
    ['id', 'offset'],
    z.object({ id: z.uuid(), offset: index.max(Number.MAX_SAFE_INTEGER) }),
    async (session, { id, offset }) => ({
      type: 'application/octet-stream',
      bytes: await session.files.outgoing.piece(id, offset),
    }),
  ),
}

/**
 * Answers an address below `/bytes/`.
 *
 * @throws USAGE where the address does not exist or is not valid
 * @throws any other code where the route throws it
 */
export async function answerTo(session: EngineSession, url: URL, signal: AbortSignal): Promise<ByteAnswer> {
  const [, bytes, kind = '', ...parts] = url.pathname.split('/')
  const found = bytes === 'bytes' && Object.hasOwn(routes, kind) ? routes[kind] : undefined
  if (!found) throw new KernelscopeError('USAGE', `no such address: ${url.pathname}`)
  return found(session, parts, url.searchParams, signal)
}
