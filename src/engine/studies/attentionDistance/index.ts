import { z } from 'zod'
import type { DataTable } from '#shared/contract/index.ts'
import type { ErrorShape } from '#shared/errors.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { onGraphThread, type AttentionMap } from '../../onnx/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import { defineStudy, type ViewRoom } from '../definition.ts'
import { drawImages } from '../drawImages.ts'
import type { StudyImage } from '../images.ts'
import { isSettled, measured, problemNotes, subjectsOf } from '../measurements.ts'
import { probeImages, type Probe } from '../probing.ts'
import { drawnWork } from '../work.ts'

const params = z.object({
  images: z
    .int()
    .min(1)
    .max(10000)
    .default(64)
    .meta({ title: 'Images', description: 'Drawn by seed from the dataset' }),
  seed: z.int().min(0).default(0).meta({ title: 'Seed', description: 'Which images' }),
})

/** Mean attention distance of a ViT's heads over images: the counterpart of the kernel attention distance (Raghu et al. 2021). */
export const attentionDistance = defineStudy({
  id: 'attention-distance',
  title: 'Attention distance of ViTs',
  section: '4.6',
  description:
    'How far each attention head looks, in pixels, averaged over queries and images; one point per head and layer.',
  params,
  presets: [
    { id: 'quick', title: 'Quick look', description: '16 images.', params: { images: 16 } },
    { id: 'default', title: 'Sound', description: '64 images.', params: {} },
  ],
  definitions: [
    {
      name: 'attention distance',
      formula:
        'sum over keys of attention × distance between patch centres in pixels, mean over queries and images; class token left out, not renormalised',
      source: 'Raghu et al. 2021; keras-io probing_vits.py',
    },
  ],
  conditions: () => [],
  extraWork: (chosen, room) => drawnWork(room, chosen.images, 1),
  async measure(room, chosen) {
    const maps = await mapsOf(room.model)
    if (maps.length === 0) return
    await probeImages(
      room,
      await drawImages(room.workspace.db, room.source, chosen.images, chosen.seed),
      distanceProbe(room.model),
    )
  },
  async complete(chosen, room) {
    const heads = await allHeads(room, chosen)
    return heads.every(({ settled }) => settled)
  },
  async view(_grid, chosen, room) {
    const heads = await allHeads(room, chosen)
    const measured = heads.filter(({ distances }) => distances.length > 0)
    return {
      tables: [headTable(measured)],
      figures: [layerFigure(measured), sortedFigure(measured)],
      reported: [],
      notes: [
        `${heads[0]?.drawn ?? 0} images drawn with seed ${chosen.seed}.`,
        ...heads.flatMap(({ model, drawn, problems }) => problemNotes(model.title, drawn, problems)),
        ...heads
          .filter(({ maps }) => maps.length === 0)
          .map(({ model }) => `${model.title}: no attention over all patches was found in the graph.`),
      ],
    }
  },
})

const rewrite = { op: 'probe', what: 'attentionDistance', together: null, version: 1 } as const

const mapsOf = async ({ path }: StoredModel): Promise<AttentionMap[]> =>
  (await onGraphThread({ kind: 'attention', path })).maps

function distanceProbe(model: StoredModel): Probe {
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

interface Heads {
  model: StoredModel
  maps: AttentionMap[]
  /** Per layer and head, mean over `images` of the images drawn; empty while there is none. */
  distances: { layer: number; head: number; pixels: number }[]
  images: number
  drawn: number
  /** Why images were left out. */
  problems: ErrorShape[]
  /** There is nothing left to measure. */
  settled: boolean
}

async function allHeads(
  { workspace: { db }, source, models }: ViewRoom,
  { images: count, seed }: z.output<typeof params>,
): Promise<Heads[]> {
  const images = await drawImages(db, source, count, seed)
  return Promise.all(models.map((model) => headsOf(db, model, images)))
}

async function headsOf(db: Db, model: StoredModel, images: StudyImage[]): Promise<Heads> {
  const maps = await mapsOf(model)
  const found = measured(db, model, rewrite)
  const subjects = subjectsOf(images)
  const stored = found.vectors(subjects)
  const vectors = subjects.flatMap((subject) => stored.get(subject) ?? [])
  const rest = {
    model,
    maps,
    images: vectors.length,
    drawn: images.length,
    problems: [...found.problems(subjects).values()],
    settled: maps.length === 0 || isSettled(found, images),
  }
  if (vectors.length === 0) return { ...rest, distances: [] }
  const places = maps.flatMap(({ layer, heads }) =>
    Array.from({ length: heads }, (_, head) => ({ layer, head })),
  )
  const distances = places.map((place, at) => ({
    ...place,
    pixels: vectors.reduce((sum, vector) => sum + (vector[at] ?? 0), 0) / vectors.length,
  }))
  return { ...rest, distances }
}

function layerFigure(heads: Heads[]): FigureSpec {
  return {
    id: 'heads',
    kind: 'scatter',
    title: 'Attention distance by layer',
    x: { label: 'Layer', unit: 'none', scale: 'linear', min: 0 },
    y: { label: 'Mean attention distance', unit: 'pixels', scale: 'linear', min: 0 },
    series: heads.map(({ model, distances, images }, slot) => ({
      id: String(model.id),
      name: model.title,
      slot,
      origin: 'measured' as const,
      symbols: true,
      points: distances.map(({ layer, pixels }) => ({ x: layer + 1, y: pixels, n: images })),
    })),
    references: [],
    spans: [],
    notes: ['One point per head.'],
    alt: `Mean attention distance of every head by layer, for ${heads.map(({ model }) => model.title).join(', ')}.`,
  }
}

/** On the axes of the kernel attention figure: heads of a layer sorted, from 0 to 1; distance over the image's diagonal. */
function sortedFigure(heads: Heads[]): FigureSpec {
  const lines = heads.flatMap(({ model, distances }) =>
    [...Map.groupBy(distances, ({ layer }) => layer)].map(([layer, members]) => ({
      model,
      layer,
      sorted: members.map(({ pixels }) => pixels).sort((a, b) => a - b),
    })),
  )
  return {
    id: 'sorted-heads',
    kind: 'lines',
    title: 'Sorted attention distances',
    x: { label: 'Head, sorted', unit: 'none', scale: 'linear', min: 0, max: 1 },
    y: { label: 'Attention distance / diagonal', unit: 'none', scale: 'linear', min: 0 },
    series: lines.map(({ model, layer, sorted }, slot) => ({
      id: `${model.id}-${layer}`,
      name: `${model.title}, layer ${layer + 1}`,
      slot,
      origin: 'measured' as const,
      symbols: true,
      points: sorted.map((pixels, place) => ({
        x: sorted.length === 1 ? 0 : place / (sorted.length - 1),
        y: pixels / Math.hypot(...model.preprocessing.size),
      })),
    })),
    references: [],
    spans: [],
    notes: ['Distances over the length of the image’s diagonal.'],
    alt: 'Attention distances of the heads of each layer, sorted.',
  }
}

function headTable(heads: Heads[]): DataTable {
  return {
    id: 'heads',
    title: 'Attention distance of every head',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'layer', title: 'Layer', kind: 'integer' },
      { key: 'head', title: 'Head', kind: 'integer' },
      { key: 'distance', title: 'Distance, px', kind: 'number' },
      { key: 'n', title: 'Images', kind: 'integer' },
    ],
    rows: heads.flatMap(({ model, distances, images }) =>
      distances.map(({ layer, head, pixels }) => ({
        model: model.title,
        layer: layer + 1,
        head: head + 1,
        distance: pixels,
        n: images,
      })),
    ),
  }
}
