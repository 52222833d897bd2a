import type { RenderContent } from '#engine/figures/render.ts'
import { emptyComposition, newPanel, type Composition, type Panel } from '#shared/figures/compose/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { venues, venueSetting } from '#shared/figures/venues.ts'
import * as hard from './hard.ts'
import { sample } from './sample.ts'

const icml = venues.find(({ id }) => id === 'icml')

/** A figure by itself across a column or the text of ICML. */
function alone(spec: FigureSpec, span: 'column' | 'text' = 'column'): RenderContent {
  if (!icml) throw new RangeError('no venue icml')
  const { width, fontSize, typeface } = venueSetting(icml, span)
  return { kind: 'figure', spec, options: { widthInches: width, fontSize, typeface, dpi: 300 } }
}

interface Setting {
  columns: number
  span?: 'column' | 'text'
  style?: Partial<Composition['style']>
  panel?: Partial<Panel>
}

/** Figures as panels of one, at ICML's width. */
function together(
  specs: readonly FigureSpec[],
  { columns, span = 'text', style, panel }: Setting,
): RenderContent {
  const base = emptyComposition('Gallery')
  return {
    kind: 'composed',
    composition: {
      ...base,
      page: { ...base.page, span, columns },
      style: { ...base.style, ...style },
      panels: specs.map((spec, at) => ({ ...newPanel(`p${at}`, { kind: 'data', spec }), ...panel })),
    },
  }
}

/**
 * The figures that are looked at before a release, by the names of their files: every kind of figure, alone and in two
 * to six panels, at ICML's widths, with data of the sample and with data that are hard to show.
 */
export const pages: Record<string, RenderContent> = {
  'lines-seven-models': alone(hard.falling(7)),
  'lines-sample': alone(sample('random-drop')),
  'lines-three-models': alone(hard.falling(3)),
  'lines-fourteen': alone(sample('attack')),
  'lines-sixteen-layers': alone(hard.layers),
  'lines-gaps': alone(hard.gaps),
  'lines-partial': alone(hard.partial),
  'lines-two-definitions': alone(hard.twoDefinitions),
  'lines-lesion': alone(sample('lesion')),
  'lines-one-point': alone(hard.onePoint),
  'lines-one-level': alone(hard.oneColumn),
  'lines-negative': alone(hard.negative),
  'lines-logarithmic': alone(hard.logarithmic),
  'lines-references': alone(hard.references),
  'lines-baselines': alone(hard.baselines),
  'lines-stages': alone(sample('variance')),
  'lines-kernels': alone(sample('kernels'), 'text'),
  'lines-confidence': alone(sample('confidence')),
  'bars-sample': alone(sample('accuracy')),
  'bars-long-names': alone(hard.modelBars(7)),
  'bars-many': alone(hard.manyBars, 'text'),
  'bars-signed': alone(hard.signedBars),
  'bars-reported': alone(hard.reportedBars),
  'scatter-heads': alone(sample('heads')),
  'scatter-models': alone(hard.scatter),
  'confusion-sample': alone(sample('confusion')),
  'confusion-forty': alone(hard.confusion(40), 'text'),
  'confusion-forty-column': alone(hard.confusion(40)),
  'cells-severities': alone(hard.severities),
  'cells-signed': alone(hard.signedMap),
  'cells-field': alone(sample('field')),
  'cells-spectrum': alone(sample('spectrum')),
  'pictures-saliency': alone(sample('saliency'), 'text'),
  'panels-two-column': together([hard.falling(3), hard.modelBars(3)], { columns: 2, span: 'column' }),
  'panels-two': together([sample('random-drop'), sample('frequency')], { columns: 2 }),
  'panels-three': together([sample('lesion'), sample('backgrounds'), hard.confusion(8)], { columns: 3 }),
  'panels-four': together([hard.falling(7), hard.confusion(12), sample('confusion'), sample('kernels')], {
    columns: 2,
  }),
  'panels-six': together(
    ['random-drop', 'frequency', 'salient-drop', 'corruptions', 'areas', 'severities'].map(sample),
    { columns: 3 },
  ),
  'panels-six-in-a-row': together(
    ['random-drop', 'lesion', 'frequency', 'salient-drop', 'variance', 'areas'].map(sample),
    { columns: 6, style: { legend: 'shared-bottom', captions: 'below' } },
  ),
  'panels-grey': together([sample('random-drop'), sample('flips')], {
    columns: 2,
    style: { legend: 'panels', palette: 'grey', typeface: 'sans' },
  }),
}
