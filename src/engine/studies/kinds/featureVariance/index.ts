import { formatCellRef } from '#shared/cellRef.ts'
import type { DataTable, KeyNumber } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { FeaturePoint } from '../../../onnx/index.ts'
import type { StoredModel } from '../../../models/index.ts'
import { keyNumber } from '../../summary/keyNumber.ts'
import { paperStatements } from '../../summary/paper.ts'
import { probeImages } from '../../measure/probing.ts'
import { sampledWork } from '../../measure/work.ts'
import { scaleOf, storedCurve, type VarianceCurve } from './curve.ts'
import { batchesOf, varianceImages } from './images.ts'
import { batchMeanRewrite, measureBatchMeans, perImage, pointsOf } from './measure.ts'
import { pointKey, variancePoint } from './point.ts'
import { problemNotes } from '../../../facts/index.ts'
import { defineStudy, publishedWith } from '../../definition/index.ts'
import { params, type VarianceParams } from './params.ts'

/** Spatial variance of feature maps over depth (paper 4.7, Fig. 10). */
export const featureVariance = defineStudy({
  id: 'feature-variance',
  title: 'Feature map variance',
  section: '4.7',
  description:
    'How much feature maps vary over positions, layer by layer: low and smooth where a network averages, jagged where it does not.',
  params,
  presets: [
    { id: 'quick', title: 'Quick look', description: '16 images.', params: { images: 16 } },
    { id: 'default', title: 'Sound', description: '64 images, variance image by image.', params: {} },
    {
      id: 'published',
      title: 'As published',
      description: '1,280 images in batches of 128, averaged over each batch before the variance is taken.',
      params: { order: 'batch-mean', images: 1280, batch: 128, choice: 'first' },
      published: true,
      repeats: ['Fig. 10'],
      deviates: [
        'The text says a batch of 64 images; this repeats the script.',
        'The ten batches do not overlap; the script takes the last batch of ten random orders of the same images.',
        'Every network is in evaluation mode; the script leaves ResNet-50 in training mode.',
        'Every curve is divided by its maximum; the normalisation of the figure is not in the script.',
      ],
    },
  ],
  published: publishedWith('bilinear'),
  definitions: [
    {
      name: 'per image',
      formula: 'unbiased variance over positions for each image and channel, then the mean over both',
      source: 'Park and Kim 2022, featuremap_variance.ipynb',
    },
    {
      name: 'batch mean',
      formula: 'unbiased variance over positions of the features averaged over the batch',
      source: 'LKRobust main.py',
    },
    {
      name: 'normalised depth',
      formula:
        'index / (count - 1) over stem layers, residual units and transitions; class tokens are left out',
    },
  ],
  questions: [
    {
      id: 'feature-variance',
      section: '4.7',
      title: 'Feature map variance',
      asks: 'Do the layers average features or sharpen them?',
      look: 'Where each curve rises and falls over depth.',
      params: () => ({ images: 16 }),
      images: 16,
    },
  ],
  needs: () => [{ rewrite: 'probe', of: 'models' }],
  conditions: () => [],
  extraWork: (chosen, context) => sampledWork(context, chosen.images, () => 1),
  async measure(context, chosen) {
    const images = await varianceImages(context.workspace.db, context.source, chosen)
    if (chosen.order === 'per-image') await probeImages(context, images, perImage)
    else await measureBatchMeans(context, batchesOf(images, chosen))
  },
  async stored(chosen, context) {
    const { db } = context.workspace
    const images = await varianceImages(db, context.source, chosen)
    return context.models.map((model) => storedCurve(db, model, images, chosen).stored)
  },
  point: variancePoint,
  async kept(chosen, _model, { workspace: { db }, source }) {
    const images = await varianceImages(db, source, chosen)
    return chosen.order === 'per-image'
      ? [{ rewrite: perImage.rewrite, images, together: false }]
      : batchesOf(images, chosen).map((batch) => ({
          rewrite: batchMeanRewrite(batch),
          images: batch,
          together: true,
        }))
  },
  async view(_grid, chosen, context) {
    const { db } = context.workspace
    const images = await varianceImages(db, context.source, chosen)
    const curves = await Promise.all(
      context.models.map(async (model) => ({
        model,
        points: await pointsOf(model),
        ...storedCurve(db, model, images, chosen),
      })),
    )
    const measured = curves.flatMap(({ model, points, curve }) => (curve ? [{ model, points, curve }] : []))
    return {
      tables: [layerTable(measured)],
      key: keyOf(measured),
      figures: [varianceFigure(measured, chosen)],
      reported: paperStatements('Fig. 10'),
      notes: [
        chosen.choice === 'drawn'
          ? `${images.length} images drawn with seed ${chosen.seed}, evaluation mode.`
          : `The first ${images.length} images of the dataset, evaluation mode.`,
        ...curves.flatMap(({ model, problems }) => problemNotes(model.title, images.length, problems)),
        chosen.order === 'per-image'
          ? 'Variance of each image and channel, then the mean.'
          : `Variance of the features averaged over ${chosen.batch === null ? 'all images' : `batches of ${chosen.batch} images, then the mean over ${batchesOf(images, chosen).length} batches`}, as in the published script.`,
        chosen.normalise ? 'Every curve divided by its own maximum.' : 'Not normalised.',
      ],
    }
  },
})

interface MeasuredCurve {
  model: StoredModel
  points: FeaturePoint[]
  curve: VarianceCurve
}

/** The variance of the last feature map over the largest of the model, in [0, 1]. */
const keyOf = (curves: MeasuredCurve[]): KeyNumber | null =>
  keyNumber(
    'Variance of the last feature map over the largest',
    'fraction',
    curves.map(({ model, curve }) => ({
      modelId: model.id,
      value: (curve.mean.at(-1) ?? NaN) / scaleOf(curve, true),
      n: curve.images,
    })),
  )

/** Fig. 10: variance against normalised depth. The stages of the first model are shaded. */
function varianceFigure(curves: MeasuredCurve[], chosen: VarianceParams): FigureSpec {
  const [first] = curves
  const { normalise } = chosen
  return {
    id: 'variance',
    kind: 'lines',
    title: 'Feature map variance',
    x: { label: 'Normalised depth', unit: 'none', scale: 'linear', min: 0, max: 1 },
    y: { label: normalise ? 'Normalised variance' : 'Variance', unit: 'none', scale: 'linear', min: 0 },
    series: curves.map(({ model, curve }, slot) => ({
      id: String(model.id),
      name: model.title,
      slot,
      origin: 'measured' as const,
      symbols: true,
      bandLabel: chosen.order === 'per-image' ? 'standard error over images' : 'standard error over batches',
      points: curve.mean.map((value, index) => {
        const scale = scaleOf(curve, normalise)
        const error = curve.error[index] ?? 0
        return {
          x: curve.mean.length === 1 ? 0 : index / (curve.mean.length - 1),
          y: value / scale,
          lo: (value - error) / scale,
          hi: (value + error) / scale,
          n: curve.images,
          ref: formatCellRef({ modelId: model.id, key: pointKey(index) }),
        }
      }),
    })),
    references: [],
    spans: first ? stageSpans(first.points) : [],
    notes: [
      normalise ? 'Every curve is divided by its own maximum.' : 'Variances as they are.',
      ...(first && curves.length > 1 ? [`Shaded: the stages of ${first.model.title}.`] : []),
    ],
    alt: `Spatial variance of feature maps over depth, for ${curves.map(({ model }) => model.title).join(', ')}.`,
  }
}

function stageSpans(points: FeaturePoint[]): FigureSpec['spans'] {
  const last = Math.max(1, points.length - 1)
  return [...Map.groupBy(points.entries(), ([, { stage }]) => stage)].map(([stage, entries]) => {
    const places = entries.map(([index]) => index)
    return {
      label: stage === 0 ? 'stem' : `stage ${stage}`,
      from: Math.max(0, (Math.min(...places) - 0.5) / last),
      to: Math.min(1, (Math.max(...places) + 0.5) / last),
    }
  })
}

function layerTable(curves: MeasuredCurve[]): DataTable {
  return {
    id: 'layers',
    title: 'Variance by layer',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'place', title: 'Place', kind: 'integer' },
      { key: 'kind', title: 'Kind', kind: 'text' },
      { key: 'stage', title: 'Stage', kind: 'integer' },
      { key: 'tensor', title: 'Tensor', kind: 'text' },
      { key: 'variance', title: 'Variance', kind: 'number' },
      { key: 'error', title: 'Standard error', kind: 'number' },
      { key: 'n', title: 'Images', kind: 'integer' },
    ],
    rows: curves.flatMap(({ model, points, curve }) =>
      points.map(({ kind, stage, tensor }, index) => ({
        model: model.title,
        place: index + 1,
        kind,
        stage,
        tensor,
        variance: curve.mean[index] ?? null,
        error: curve.error[index] ?? null,
        n: curve.images,
      })),
    ),
  }
}
