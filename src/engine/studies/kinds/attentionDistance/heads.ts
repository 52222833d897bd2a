import type { ErrorShape } from '#shared/errors.ts'
import { fileOfModel, type StoredModel } from '../../../models/index.ts'
import { onGraphThread, type AttentionMap } from '../../../onnx/index.ts'
import type { Db } from '../../../workspace/index.ts'
import { sampleStudyImages } from '../../measure/sampleImages.ts'
import type { Probe } from '../../measure/probing.ts'
import type { DistanceParams } from './params.ts'
import { measured, type Stored, storedOf, type StudyImage, examplesOf } from '../../../facts/index.ts'
import type { PointImages, ViewContext } from '../../definition/index.ts'

const rewrite = { op: 'probe', what: 'attentionDistance', together: null, version: 1 } as const

export const mapsOf = async (model: StoredModel): Promise<AttentionMap[]> =>
  (await onGraphThread({ kind: 'attention', ...fileOfModel(model) })).maps

/** The probe for the mean attention distance of every head, in pixels of the input. */
export function distanceProbe(model: StoredModel): Probe {
  return {
    rewrite,
    name: 'attention-distance',
    taps: async () =>
      (await mapsOf(model)).map((map, layer) => ({
        tensor: map.tensor,
        as: `distance-${layer}`,
        reduce: { kind: 'attentionDistance', of: map, patch: model.preprocessing.size[0] / map.grid[0] },
      })),
    vectorOf: (outputs, row) =>
      outputs.flatMap(({ data, shape }) => [
        ...data.subarray(row * (shape[1] ?? 1), (row + 1) * (shape[1] ?? 1)),
      ]),
  }
}

/** The stored attention distances of a model. */
export interface Heads {
  model: StoredModel
  maps: AttentionMap[]
  /**
   * By layer and head (from 0): the mean distance in pixels over `images` of the sampled images;
   * empty while there is none.
   */
  distances: { layer: number; head: number; pixels: number }[]
  images: number
  sampled: number
  /** Why images were left out. */
  problems: ErrorShape[]
  /** What is stored; nothing is to be where the model has no attention maps. */
  stored: Stored
}

/** Reads the stored attention distances of every model of a study, over its sampled images. */
export async function allHeads(
  { workspace: { db }, source, models }: ViewContext,
  { images: count, seed }: DistanceParams,
): Promise<Heads[]> {
  const images = await sampleStudyImages(db, source, count, seed)
  return Promise.all(models.map((model) => headsOf(db, model, images)))
}

async function headsOf(db: Db, model: StoredModel, images: StudyImage[]): Promise<Heads> {
  const maps = await mapsOf(model)
  const found = measured(db, model, rewrite)
  const examples = examplesOf(images)
  const stored = found.vectors(examples)
  const vectors = examples.flatMap((example) => stored.get(example) ?? [])
  const rest = {
    model,
    maps,
    images: vectors.length,
    sampled: images.length,
    problems: [...found.problems(examples).values()],
    stored: storedOf(found, maps.length === 0 ? [] : images),
  }
  if (vectors.length === 0) return { ...rest, distances: [] }
  const distances = placesOf(maps).map((place, at) => ({
    ...place,
    pixels: vectors.reduce((sum, vector) => sum + (vector[at] ?? 0), 0) / vectors.length,
  }))
  return { ...rest, distances }
}

/** Heads in the order of a stored vector. */
const placesOf = (maps: AttentionMap[]): Head[] =>
  maps.flatMap(({ layer, heads }) => Array.from({ length: heads }, (_, head) => ({ layer, head })))

/** A head; layer and head count from 0. */
export interface Head {
  layer: number
  head: number
}

/** The key of a head's point, in pixels or relative to the diagonal of the input. */
export const pointKey = ({ layer, head }: Head, of: 'pixels' | 'diagonal'): string =>
  `layer=${layer + 1},head=${head + 1}${of === 'diagonal' ? ',of=diagonal' : ''}`

/** Finds the images behind one head, each with its own distance on the scale of the point. */
export async function headPoint(
  key: string,
  { images: count, seed }: DistanceParams,
  model: StoredModel,
  { workspace: { db }, source }: ViewContext,
): Promise<PointImages | null> {
  const places = placesOf(await mapsOf(model))
  const start = places.findIndex((place) =>
    [pointKey(place, 'pixels'), pointKey(place, 'diagonal')].includes(key),
  )
  const place = places[start]
  if (!place) return null
  const inPixels = key === pointKey(place, 'pixels')
  const scale = inPixels ? 1 : Math.hypot(...model.preprocessing.size)
  const images = await sampleStudyImages(db, source, count, seed)
  const stored = measured(db, model, rewrite).vectors(examplesOf(images), { start, count: 1 })
  return {
    title: `Layer ${place.layer + 1}, head ${place.head + 1}`,
    unit: inPixels ? 'pixels' : 'none',
    note: inPixels ? null : 'Distances over the length of the image’s diagonal; the point is their mean.',
    images: images.flatMap(({ id, exampleId }) => {
      const pixels = stored.get(exampleId)?.[0]
      return pixels === undefined ? [] : [{ id, value: pixels / scale }]
    }),
  }
}
