import type { z } from 'zod'
import { figureSpec, type FigureSpec, type Point } from '#shared/figures/spec.ts'

type Input = z.input<typeof figureSpec>
type SeriesInput = Input['series'][number]

/** Names as models have them in practice: short, long, with marks that can break a line and without. */
export const modelNames = [
  'RepLKNet-31B',
  'ResNet-152',
  'swin_base_patch4_window7_224.ms_in22k_ft_in1k',
  'ViT-B/16 (AugReg, ImageNet-21k)',
  'ConvNeXt-Base, pre-trained on ImageNet-22k, 384 px',
  'DeiT-S distilled',
  'EfficientNet-B7 Noisy Student',
]

/** Half the width of the 95 % Wilson interval of a share of n, close enough for a picture. */
const half = (share: number, n: number) => 1.96 * Math.sqrt((share * (1 - share) + 1 / n) / n)

/** A curve that falls from `top` to chance: top / (1 + exp((x − middle) / width)). */
function fall(x: number, place: number): number {
  const top = 0.9 - 0.03 * place
  return 0.01 + top / (1 + Math.exp((x - 0.45 - 0.05 * (place % 4)) / 0.09))
}

const ranged = (x: number, y: number, n: number, name?: string): Point => ({
  x,
  y,
  lo: Math.max(0, y - half(y, n)),
  hi: Math.min(1, y + half(y, n)),
  n,
  ...(name === undefined ? {} : { rangeLabel: name }),
})

const wilson = '95 % Wilson interval'
const shares = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]

const lines = (id: string, title: string, series: SeriesInput[], more: Partial<Input> = {}): FigureSpec =>
  figureSpec.parse({
    id,
    kind: 'lines',
    title,
    x: { label: 'Share of patches dropped', unit: 'percent' },
    y: { label: 'Top-1 accuracy', unit: 'percent' },
    series,
    alt: `${title}.`,
    ...more,
  })

const curve = (place: number, points: Point[], more: Partial<SeriesInput> = {}): SeriesInput => ({
  id: `m${place}`,
  name: modelNames[place] ?? `Model ${place + 1}`,
  slot: place,
  bandLabel: wilson,
  points,
  ...more,
})

/** Falling curves of the first models with intervals. */
export const falling = (models: number, n = 500): FigureSpec =>
  lines(
    'falling',
    'Random patch drop',
    Array.from({ length: models }, (_, place) =>
      curve(
        place,
        shares.map((x) => ranged(x, fall(x, place), n)),
      ),
    ),
    { references: [{ label: 'chance', axis: 'y', value: 0.01 }] },
  )

/** Curves that end close together, at different x, with gaps. */
export const gaps = lines(
  'gaps',
  'Missing points',
  [0, 1, 2, 3].map((place) =>
    curve(
      place,
      shares
        .slice(0, shares.length - place)
        .map((x, at) => (at === 3 + place ? { x, y: null } : ranged(x, fall(x, place), 200))),
    ),
  ),
)

/** One draw without anything dropped, five draws elsewhere: ranges of two definitions. */
export const twoDefinitions = lines(
  'two-definitions',
  'Ranges of two definitions',
  [0, 1].map((place) =>
    curve(
      place,
      shares.map((x) =>
        x === 0
          ? ranged(x, fall(x, place), 300, wilson)
          : {
              x,
              y: fall(x, place),
              lo: fall(x, place) * (1 - 0.2 * x),
              hi: Math.min(1, fall(x, place) * (1 + 0.3 * x)),
              n: 300,
            },
      ),
      { bandLabel: 'min to max of 5 draws' },
    ),
  ),
)

/** Some points stand on fewer images than the others. */
export const partial = lines(
  'partial',
  'A run that was stopped',
  [0, 1, 2].map((place) =>
    curve(
      place,
      shares.map((x, at) =>
        at > 6 - place ? { ...ranged(x, fall(x, place), 60), of: 1000 } : ranged(x, fall(x, place), 1000),
      ),
    ),
  ),
)

/** One point only. */
export const onePoint = lines('one-point', 'One point', [curve(0, [ranged(0.5, 0.62, 100)])])

/** A single x for seven models. */
export const oneColumn = lines(
  'one-column',
  'One level',
  modelNames.map((_, place) => curve(place, [ranged(0.5, fall(0.5, place), 100)])),
)

/** Changes against the clean accuracy: negative values. */
export const negative = lines(
  'negative',
  'Noise frequency',
  [0, 1, 2, 3, 4].map((place) =>
    curve(
      place,
      Array.from({ length: 12 }, (_, at) => {
        const y = -0.08 - 0.06 * place + (0.05 + 0.05 * place) * Math.cos(at / 2 + place)
        return { x: at / 12, y, lo: y - 0.02, hi: y + 0.02, n: 400 }
      }),
    ),
  ),
  {
    x: { label: 'Centre of the noise band', unit: 'pi' },
    y: { label: 'Change of top-1 accuracy against clean images', unit: 'percent' },
    references: [{ label: 'clean', axis: 'y', value: 0 }],
  },
)

/** Steps of an attack on a logarithmic axis. */
export const logarithmic = lines(
  'logarithmic',
  'Attack strength',
  [0, 1, 2, 3].map((place) =>
    curve(
      place,
      [0.5, 1, 2, 4, 8, 16].map((step) => {
        const y = 0.85 / (1 + (step / (1.5 + place)) ** 2)
        return { ...ranged(step / 255, y, 300) }
      }),
    ),
  ),
  { x: { label: 'Largest change of a value, ε', scale: 'log' } },
)

/** Many reference lines close to each other, vertical ones and shaded ranges. */
export const references = lines(
  'references',
  'Reference lines',
  [0, 1].map((place) =>
    curve(
      place,
      Array.from({ length: 40 }, (_, at) => ({
        x: at / 39,
        y: 0.2 + 0.5 * Math.sqrt(at / 39) - 0.1 * place,
      })),
      { symbols: false },
    ),
  ),
  {
    x: { label: 'Normalised channel index' },
    y: { label: 'Kernel attention distance' },
    references: [
      { label: 'uniform 31×31', axis: 'y', value: 0.54 },
      { label: 'uniform 29×29', axis: 'y', value: 0.535 },
      { label: 'uniform 27×27', axis: 'y', value: 0.53 },
      { label: 'uniform 13×13', axis: 'y', value: 0.45 },
      { label: 'centre only', axis: 'y', value: 0 },
      { label: 'median channel', axis: 'x', value: 0.5 },
      { label: 'last decile', axis: 'x', value: 0.9 },
    ],
    spans: [
      { label: 'stage 1', from: 0, to: 0.1 },
      { label: 'stage 2', from: 0.1, to: 0.25 },
      { label: 'stage 3 with many blocks', from: 0.25, to: 0.85 },
      { label: 'stage 4', from: 0.85, to: 1 },
    ],
  },
)

/** Sixteen sorted curves, like the kernels of a network's layers. */
export const layers = lines(
  'layers',
  'Attention distance of 16 layers',
  Array.from({ length: 16 }, (_, layer) => ({
    id: `layer-${layer}`,
    name: `stages.${layer >> 2}.blocks.${layer % 4}.dwconv (31×31)`,
    slot: layer,
    symbols: false,
    points: Array.from({ length: 24 }, (_, at) => ({
      x: at / 23,
      y: 0.1 + 0.02 * layer + 0.3 * (at / 23) ** (1 + layer / 8),
    })),
  })),
  { x: { label: 'Normalised channel index' }, y: { label: 'Kernel attention distance' } },
)

/** Two measured curves, their random baselines and values that a paper prints. */
export const baselines = lines(
  'baselines',
  'Salient against random patches',
  [0, 1].flatMap((place): SeriesInput[] => {
    const name = modelNames[place] ?? ''
    const at = (shift: number) => shares.map((x) => ({ x, y: fall(x + shift, place) }))
    return [
      { id: `s${place}`, name, slot: place, points: at(0.15) },
      { id: `b${place}`, name, slot: place, baseline: 'random patches', points: at(0) },
      {
        id: `r${place}`,
        name,
        slot: place,
        origin: 'reported',
        points: at(0.1).filter((_, k) => k % 3 === 0),
      },
    ]
  }),
)

const bars = (
  id: string,
  title: string,
  categories: string[],
  series: SeriesInput[],
  more: Partial<Input> = {},
) =>
  figureSpec.parse({
    id,
    kind: 'bars',
    title,
    x: { label: 'Model', scale: 'category', categories },
    y: { label: 'Top-1 accuracy', unit: 'percent', min: 0 },
    series,
    alt: `${title}.`,
    ...more,
  })

/** Bars of the first models, with long names under them. */
export const modelBars = (models: number): FigureSpec =>
  bars(
    `bars-${models}`,
    'Clean accuracy',
    modelNames.slice(0, models),
    ['Top-1', 'Top-5'].map((name, slot) => ({
      id: name,
      name,
      slot,
      bandLabel: wilson,
      points: Array.from({ length: models }, (_, x) => ranged(x, 0.62 + 0.16 * slot + 0.02 * x, 400)),
    })),
    { references: [{ label: 'Chance', axis: 'y', value: 0.001 }] },
  )

const corruptions = [
  'gaussian_noise',
  'shot_noise',
  'impulse_noise',
  'defocus_blur',
  'glass_blur',
  'motion_blur',
  'zoom_blur',
  'snow',
  'frost',
  'fog',
  'brightness',
  'contrast',
  'elastic_transform',
  'pixelate',
  'jpeg_compression',
]

/** Fifteen categories for seven models: 105 bars with intervals. */
export const manyBars = bars(
  'many-bars',
  'Corruption error',
  corruptions,
  modelNames.map((name, slot) => ({
    id: `m${slot}`,
    name,
    slot,
    bandLabel: wilson,
    points: corruptions.map((_, x) => ranged(x, 0.3 + 0.2 * Math.sin(x + slot) ** 2 + 0.03 * slot, 300)),
  })),
  {
    x: { label: 'Corruption', scale: 'category', categories: corruptions },
    y: { label: 'CE', unit: 'percent', min: 0 },
  },
)

/** Differences of accuracy, of both signs, one missing and one of few images. */
export const signedBars = bars(
  'signed-bars',
  'Gap to the clean background',
  modelNames.slice(0, 5),
  [
    {
      id: 'gap',
      name: 'Gap',
      slot: 0,
      bandLabel: '95 % interval of a difference',
      points: [0, 1, 2, 3, 4].map((x) => {
        const y = x === 2 ? null : 0.12 - 0.07 * x
        return {
          x,
          y,
          lo: (y ?? 0) - 0.03,
          hi: (y ?? 0) + 0.03,
          n: x === 3 ? 40 : 400,
          ...(x === 3 ? { of: 400 } : {}),
        }
      }),
    },
  ],
  { y: { label: 'Difference of accuracy', unit: 'percent' } },
)

/** Measured bars beside values of a paper. */
export const reportedBars = bars(
  'reported-bars',
  'Mean accuracy at severity 5',
  ['RepLK-31', 'RepLK-3', 'RepLKNet-31B (Table 1)', 'ResNet-50 (Table 1)'],
  [
    {
      id: 'own',
      name: 'Mean over 19 corruptions',
      slot: 0,
      bandLabel: wilson,
      points: [ranged(0, 0.41, 96), ranged(1, 0.33, 96)],
    },
    {
      id: 'paper',
      name: 'Paper',
      slot: 1,
      origin: 'reported',
      points: [
        { x: 2, y: 0.52 },
        { x: 3, y: 0.29 },
      ],
    },
  ],
)

/** A scatter of models: accuracy against corruption error. */
export const scatter = figureSpec.parse({
  id: 'scatter',
  kind: 'scatter',
  title: 'Clean against corrupted',
  x: { label: 'Top-1 accuracy on clean images', unit: 'percent' },
  y: { label: 'Mean corruption error', unit: 'percent' },
  series: modelNames.map((name, slot) => ({
    id: `m${slot}`,
    name,
    slot,
    bandLabel: wilson,
    points: [
      { x: 0.74 + 0.02 * slot, y: 0.6 - 0.05 * slot, lo: 0.57 - 0.05 * slot, hi: 0.63 - 0.05 * slot, n: 500 },
    ],
  })),
  alt: 'Better models err less.',
})

const animals = [
  'tench',
  'goldfish',
  'great white shark',
  'tiger shark',
  'hammerhead',
  'electric ray',
  'stingray',
  'cock',
  'hen',
  'ostrich',
  'brambling',
  'goldfinch',
  'house finch',
  'junco',
  'indigo bunting',
  'robin',
  'bulbul',
  'jay',
  'magpie',
  'chickadee',
  'water ouzel',
  'kite',
  'bald eagle',
  'vulture',
  'great grey owl',
  'European fire salamander',
  'common newt',
  'eft',
  'spotted salamander',
  'axolotl',
  'bullfrog',
  'tree frog',
  'tailed frog',
  'loggerhead',
  'leatherback turtle',
  'mud turtle',
  'terrapin',
  'box turtle',
  'banded gecko',
  'common iguana',
]

/** A confusion matrix of the first classes: 0.5 to 1 on the diagonal, the rest with the neighbours. */
export function confusion(count: number): FigureSpec {
  const names = animals.slice(0, count)
  const values = names.flatMap((_, row) => {
    const right = row === 2 ? 1 : 0.5 + 0.4 * Math.abs(Math.sin(row + 1))
    return names.map((_, column) => {
      if (row === 4) return null
      if (row === column) return right
      const away = (column - row + count) % count
      return away === 1 ? (1 - right) * 0.7 : away === count - 2 ? (1 - right) * 0.3 : 0
    })
  })
  return confusionSpec(names, values)
}

const confusionSpec = (names: string[], values: (number | null)[]) =>
  figureSpec.parse({
    id: `confusion-${names.length}`,
    kind: 'heatmap',
    title: `Confusions of ${modelNames[0]}`,
    x: { label: 'Predicted class', scale: 'category', categories: names },
    y: { label: 'True class', scale: 'category', categories: names },
    series: [],
    cells: {
      rows: names,
      columns: names,
      values,
      map: 'sequential',
      label: 'Share of the true class',
      range: { min: 0, max: 1 },
      unit: 'percent',
      square: true,
    },
    alt: 'The diagonal is the accuracy per class.',
  })

/** Accuracy by corruption and severity: many rows, few columns, two cells without a value. */
export const severities = figureSpec.parse({
  id: 'severities',
  kind: 'heatmap',
  title: 'Accuracy under corruption',
  x: { label: 'Severity', scale: 'category', categories: ['1', '2', '3', '4', '5'] },
  y: { label: 'Corruption', scale: 'category', categories: corruptions },
  series: [],
  cells: {
    rows: corruptions,
    columns: ['1', '2', '3', '4', '5'],
    values: corruptions.flatMap((_, row) =>
      [0, 1, 2, 3, 4].map((column) =>
        row === 3 && column > 2 ? null : 0.9 - 0.15 * column + 0.05 * Math.sin(row),
      ),
    ),
    map: 'sequential',
    label: 'Top-1 accuracy',
    range: { min: 0, max: 1 },
    unit: 'percent',
  },
  alt: 'Accuracy falls with severity.',
})

/** A signed map with more columns than can have a name each. */
export const signedMap = figureSpec.parse({
  id: 'signed-map',
  kind: 'heatmap',
  title: 'Signed weights',
  x: { label: 'Column', scale: 'category' },
  y: { label: 'Row', scale: 'category' },
  series: [],
  cells: {
    rows: Array.from({ length: 24 }, (_, at) => (at % 5 === 0 ? String(at) : '')),
    columns: Array.from({ length: 48 }, (_, at) => (at % 10 === 0 ? String(at) : '')),
    values: Array.from({ length: 24 * 48 }, (_, at) => Math.sin(at / 7) * Math.cos((at % 48) / 9)),
    map: 'diverging',
    label: 'Weight',
  },
  alt: 'Waves.',
})
