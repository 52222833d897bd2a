import { figureSpec, type FigureSpec } from '#shared/figures/spec.ts'

type Input = Parameters<typeof figureSpec.parse>[0]

const parse = (spec: Input) => figureSpec.parse(spec)

/** Two measured curves with asymmetrical bands, one of them with a missing value, and one curve from the paper. */
export const curves: FigureSpec = parse({
  id: 'patch-drop',
  kind: 'lines',
  title: 'Random patch drop',
  x: { label: 'Information loss', unit: 'percent' },
  y: { label: 'Top-1 accuracy', unit: 'percent' },
  series: [
    {
      id: 'a',
      name: 'Net <31>',
      slot: 0,
      bandLabel: 'min to max of 3 repeats',
      points: [
        { x: 0, y: 0.9, lo: 0.88, hi: 0.91, n: 320, ref: 'cell:a:0' },
        { x: 0.5, y: 0.6, lo: 0.4, hi: 0.65, n: 320, ref: 'cell:a:0.5' },
        { x: 0.9, y: 0.1, lo: 0.1, hi: 0.3, n: 320, ref: 'cell:a:0.9' },
      ],
    },
    {
      id: 'b',
      name: 'Net 3',
      slot: 1,
      points: [
        { x: 0, y: 0.9, lo: 0.8, hi: 0.95 },
        { x: 0.25, y: 0.8, lo: 0.7, hi: 0.85 },
        { x: 0.5, y: null },
        { x: 0.75, y: 0.3, lo: 0.2, hi: 0.35 },
      ],
    },
    { id: 'paper', name: 'Net 3', slot: 2, origin: 'reported', points: [{ x: 0.5, y: 0.55 }] },
  ],
  references: [{ label: 'chance', axis: 'y', value: 0.0625 }],
  spans: [{ label: 'stage 1', from: 0, to: 0.25 }],
  notes: ['320 images, seed 7'],
  alt: 'Accuracy falls with the share of dropped patches.',
})

export const bars: FigureSpec = parse({
  id: 'clean',
  kind: 'bars',
  title: 'Clean accuracy',
  x: { label: 'Model', scale: 'category', categories: ['Net 31', 'Net 3'] },
  y: { label: 'Accuracy', unit: 'percent' },
  series: [
    {
      id: 'top1',
      name: 'top-1',
      slot: 0,
      points: [
        { x: 0, y: 0.8, lo: 0.7, hi: 0.85 },
        { x: 1, y: 0.7, lo: 0.6, hi: 0.75 },
      ],
    },
    { id: 'top5', name: 'top-5', slot: 1, origin: 'reported', points: [{ x: 0, y: 0.95 }] },
  ],
  alt: 'Net 31 is better.',
})

export const matrix = (map: 'sequential' | 'diverging', values: (number | null)[]): FigureSpec =>
  parse({
    id: 'matrix',
    kind: 'heatmap',
    title: 'Matrix',
    x: { label: 'Predicted', scale: 'category' },
    y: { label: 'True', scale: 'category' },
    series: [],
    cells: { rows: ['cat', 'dog'], columns: ['cat', 'dog', 'ship'], values, map, label: 'share' },
    alt: 'A matrix.',
  })
