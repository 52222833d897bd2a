import { z } from 'zod'
import { distanceDefinition, type DataTable, type KernelLayer } from '#shared/contract/index.ts'
import { cornerOf, inPixels, kernelDistancesSpec } from '#shared/figures/kernelDistance.ts'
import { firstAndLast } from './layers.ts'
import { onGraphThread } from '../../../onnx/index.ts'
import { fileOfModel, type StoredModel } from '../../../models/index.ts'
import { keyNumber } from '../../summary/keyNumber.ts'
import { paperStatements } from '../../summary/paper.ts'
import { defineStudy } from '../../definition/index.ts'

const params = z.object({
  definition: distanceDefinition.default('normalised').meta({
    title: 'Definition',
    description:
      'The paper’s formula, divided by the sum of weights (normalised), or the published script, which leaves the division out',
    words: { normalised: 'Normalised', published: 'As published' },
  }),
  kernels: z
    .enum(['raw', 'merged'])
    .default('raw')
    .meta({
      title: 'Kernels',
      description:
        'Large kernels as they are in the file, as the paper reads them, or with the small branch beside them merged in, which is what acts on the image',
      words: { raw: 'As in the file', merged: 'Merged' },
    }),
  layers: z
    .enum(['first-and-last', 'all'])
    .default('first-and-last')
    .meta({
      title: 'Layers',
      description: 'Two shallow layers and the last two of the stage with most layers, as in Fig. 9, or all',
      words: { 'first-and-last': 'As in Fig. 9', all: 'All' },
    }),
  unit: z
    .enum(['corner', 'pixels'])
    .default('corner')
    .meta({
      title: 'Unit',
      description:
        'Distances as shares of the distance to the corner of the kernel, or in pixels of the layer’s feature map',
      words: { corner: 'Corner distances', pixels: 'Pixels' },
    }),
  smallest: z.int().min(3).max(101).default(7).meta({
    title: 'Smallest kernel',
    description: 'Depthwise kernels below this side are left out',
    unit: 'px',
  }),
})

/** Attention distance of a model's depthwise kernels (paper 4.6, Fig. 9). Needs no images. */
export const kernelAttention = defineStudy({
  id: 'kernel-attention',
  title: 'Kernel attention distance',
  section: '4.6',
  description:
    'The mean distance of a kernel’s weight from its centre, sorted over the channels of a layer. Read from the weights; nothing is run.',
  params,
  presets: [
    {
      id: 'default',
      title: 'As in the paper',
      description: 'Two shallow and two deep layers, the paper’s formula, in pixels.',
      params: { unit: 'pixels' },
      repeats: ['Fig. 9'],
      deviates: [
        'The axis of the figure cannot be read; the formula of the text gives pixels, the script corner distances.',
      ],
    },
    {
      id: 'corner',
      title: 'Corner distances',
      description: 'The same, where kernels of different sizes share a scale from 0 to 1.',
      params: {},
    },
    {
      id: 'published',
      title: 'As published',
      description: 'As the paper’s script computes it, without dividing by the sum of weights.',
      params: { definition: 'published' },
      repeats: ['Fig. 9'],
      deviates: [
        'Kernels are those of the file: where branches were merged at export, the raw kernel is gone.',
      ],
    },
    {
      id: 'all',
      title: 'Every layer',
      description: 'All depthwise layers.',
      params: { layers: 'all', smallest: 3 },
    },
  ],
  definitions: [
    {
      name: 'normalised',
      formula: 'D = Σ|w| d / Σ|w| / (R√2), d = distance from the centre, R = (K - 1)/2',
      source: 'paper 4.6',
    },
    {
      name: 'published',
      formula: 'D = Σ|w| d / (R√2), not divided by Σ|w|',
      source: 'LKRobust kernel_atten_dis.py',
    },
    {
      name: 'in pixels',
      formula: 'D times R√2: without the division by the corner distance',
      source: 'paper 4.6',
    },
    { name: 'uniform', formula: 'the distance of a kernel whose weights are all equal' },
  ],
  questions: [
    {
      id: 'kernel-distance',
      section: '4.6',
      title: 'Kernel attention distance',
      asks: 'How far do the kernels look, in shallow and in deep layers?',
      look: 'Curves above the line of a uniform kernel look farther than it.',
      models: ({ large }) => large,
    },
  ],
  needs: () => [{ rewrite: 'maskKernel', of: 'models' }],
  conditions: () => [],
  fromWeights: true,
  async view(_grid, chosen, { models }) {
    const curves = await Promise.all(
      models.map(async (model) => ({ model, layers: await chosenLayers(model, chosen) })),
    )
    return {
      tables: [layerTable(curves)],
      key: keyNumber(
        chosen.unit === 'pixels'
          ? 'Median distance in the last layer, px'
          : 'Median distance in the last layer',
        'number',
        curves.map(({ model: { id }, layers }) => ({ modelId: id, value: medianOf(layers.at(-1)), n: null })),
      ),
      figures: [
        kernelDistancesSpec(
          curves.map(({ model: { id, title }, layers }) => ({ id, title, layers })),
          chosen.definition,
          chosen.smallest,
          chosen.unit,
        ),
      ],
      reported: paperStatements('Fig. 9'),
      notes: [
        chosen.definition === 'normalised'
          ? `Distances by the paper’s formula, ${chosen.unit === 'corner' ? 'in units of the corner distance' : 'in pixels of the feature map of each layer'}.`
          : `Distances as the published script computes them: they mix distance with magnitude${chosen.unit === 'pixels' ? '; without its division by the corner distance' : ''}.`,
        chosen.kernels === 'raw'
          ? 'Kernels as they are in the file: a small branch that was merged at export is part of them, one beside them is not.'
          : 'Large kernels with the small branch beside them merged in, batch norms folded.',
        ...curves
          .filter(({ layers }) => layers.length === 0)
          .map(({ model }) => `${model.title}: no depthwise kernel of at least ${chosen.smallest} px.`),
      ],
    }
  },
})

interface Curves {
  model: StoredModel
  layers: KernelLayer[]
}

async function chosenLayers(
  model: StoredModel,
  { definition, kernels, layers, smallest, unit }: z.output<typeof params>,
): Promise<KernelLayer[]> {
  const all = (await onGraphThread({ kind: 'kernels', ...fileOfModel(model), definition, form: kernels }))
    .filter(({ kernel, stride }) => kernel >= smallest && stride === 1)
    .map((layer) => (unit === 'pixels' ? inPixels(layer) : layer))
  return layers === 'all' ? all : firstAndLast(all)
}

const medianOf = (layer: KernelLayer | undefined): number | undefined =>
  layer?.distance[layer.distance.length >> 1]

function layerTable(curves: Curves[]): DataTable {
  return {
    id: 'layers',
    title: 'Distances per layer',
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'layer', title: 'Layer', kind: 'integer' },
      { key: 'weight', title: 'Weight', kind: 'text' },
      { key: 'kernel', title: 'Kernel', kind: 'integer' },
      { key: 'channels', title: 'Channels', kind: 'integer' },
      { key: 'min', title: 'Smallest', kind: 'number' },
      { key: 'median', title: 'Median', kind: 'number' },
      { key: 'max', title: 'Largest', kind: 'number' },
      { key: 'uniform', title: 'Uniform kernel', kind: 'number' },
      { key: 'corner', title: 'Corner, px', kind: 'number' },
    ],
    rows: curves.flatMap(({ model, layers }) =>
      layers.map((layer) => ({
        model: model.title,
        layer: layer.index + 1,
        weight: layer.weight,
        kernel: layer.kernel,
        channels: layer.channels,
        min: layer.distance[0] ?? null,
        median: medianOf(layer) ?? null,
        max: layer.distance.at(-1) ?? null,
        uniform: layer.uniform,
        corner: cornerOf(layer),
      })),
    ),
  }
}
