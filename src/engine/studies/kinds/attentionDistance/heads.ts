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

/** Side of a patch in pixels of the input. */
export const patchSide = (
  { preprocessing: { size } }: Pick<StoredModel, 'preprocessing'>,
  { grid }: Pick<AttentionMap, 'grid'>,
): number => size[0] / grid[0]

/** The probe for the mean attention distance of every head, in pixels of the input. */
export function distanceProbe(model: StoredModel): Probe {
  return {
    rewrite,
    name: 'attention-distance',
    taps: async () =>
      (await mapsOf(model)).map((map, layer) => ({
        tensor: map.tensor,
        as: `distance-${layer}`,
        reduce: { kind: 'attentionDistance', of: map, patch: patchSide(model, map) },
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

/** What distances are given in: pixels, sides of a patch, or diagonals of the input. */
export const scales = ['pixels', 'patches', 'diagonal'] as const
export type Scale = (typeof scales)[number]

/** The length of a scale in pixels, for a layer from 0. */
export function lengthOf(
  scale: Scale,
  { model, maps }: Pick<Heads, 'model' | 'maps'>,
  layer: number,
): number {
  const map = maps.find((one) => one.layer === layer)
  if (scale === 'diagonal') return Math.hypot(...model.preprocessing.size)
  return scale === 'patches' && map ? patchSide(model, map) : 1
}

/** The key of a head's point on a scale. */
export const pointKey = ({ layer, head }: Head, of: Scale): string =>
  `layer=${layer + 1},head=${head + 1}${of === 'pixels' ? '' : `,of=${of}`}`

const notes: Record<Scale, string | null> = {
  pixels: null,
  patches: 'Distances over the side of a patch; the point is their mean.',
  diagonal: 'Distances over the length of the image’s diagonal; the point is their mean.',
}

/** Finds the images behind one head, each with its own distance on the scale of the point. */
export async function headPoint(
  key: string,
  { images: count, seed }: DistanceParams,
  model: StoredModel,
  { workspace: { db }, source }: ViewContext,
): Promise<PointImages | null> {
  const maps = await mapsOf(model)
  const places = placesOf(maps)
  const start = places.findIndex((place) => scales.some((scale) => pointKey(place, scale) === key))
  const place = places[start]
  const scale = place && scales.find((one) => pointKey(place, one) === key)
  if (!place || !scale) return null
  const length = lengthOf(scale, { model, maps }, place.layer)
  const images = await sampleStudyImages(db, source, count, seed)
  const stored = measured(db, model, rewrite).vectors(examplesOf(images), { start, count: 1 })
  return {
    title: `Layer ${place.layer + 1}, head ${place.head + 1}`,
    unit: scale === 'pixels' ? 'pixels' : 'none',
    note: notes[scale],
    images: images.flatMap(({ id, exampleId }) => {
      const pixels = stored.get(exampleId)?.[0]
      return pixels === undefined ? [] : [{ id, value: pixels / length }]
    }),
  }
}
