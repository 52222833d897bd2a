import { numberText } from '#shared/params/numbers.ts'
import { conditionTransform, stepName, sweptSteps, type PipelineChoice } from '#shared/transforms/index.ts'
import type { Condition } from '../../../facts/index.ts'
import type { StoredModel } from '../../../models/index.ts'
import { defineStudy, type StudyWarning, unchanged } from '../../definition/index.ts'
import { accuracyTable } from '../../summary/accuracyTable.ts'
import { againstBaselineTable } from '../../summary/againstBaseline.ts'
import { patchWarnings } from '../dropped.ts'
import { params, step } from './params.ts'
import { briefly, keyOf, pairedRows, pipelineFigures, stepWords, sweptTitle } from './view.ts'

/** Accuracy under transforms that are put together by hand, one after another. */
export const pipeline = defineStudy({
  id: 'pipeline',
  title: 'Pipeline of transforms',
  section: 'extra',
  description:
    'Built-in transforms applied to every image one after another, with one parameter of one of them at several values.',
  params,
  presets: [
    {
      id: 'camera',
      title: 'A bad camera',
      description: 'Defocus, shot noise at five severities, then JPEG compression.',
      params: {
        pipeline: {
          steps: [
            step({ op: 'corruption', name: 'defocus_blur', severity: 1, jpeg: false }),
            step({ op: 'corruption', name: 'shot_noise', severity: 1, jpeg: false }),
            step({ op: 'corruption', name: 'jpeg_compression', severity: 2, jpeg: false }),
          ],
          sweep: { step: 2, parameter: 'severity', values: [1, 2, 3, 4, 5] },
        },
      },
    },
    {
      id: 'foggy',
      title: 'Dropped in fog',
      description: 'Random patches of images in fog are painted over, 0 to 80 %.',
      params: {
        pipeline: {
          steps: [
            step({ op: 'corruption', name: 'fog', severity: 3, jpeg: false }),
            step({ op: 'patchDrop' }),
          ],
          sweep: { step: 2, parameter: 'percent', values: [0, 20, 40, 60, 80] },
        },
      },
    },
  ],
  definitions: [
    {
      name: 'pipeline',
      formula:
        'x → t_k(… t_2(t_1(x))), on the image after resize and crop, whole grey levels between two transforms',
      source: 'ours',
    },
    {
      name: 'draws',
      formula: 'each transform draws as it does alone, from its parameters, its seed and the image',
    },
    {
      name: 'change',
      formula: 'top-1 under the condition minus top-1 on clean images, on the images that both have',
      source: 'interval: Newcombe 1998; test: McNemar, exact',
    },
  ],
  warnings: ({ pipeline: chosen }, models) => dropWarnings(chosen, models),
  axis: {
    title: ({ pipeline: chosen }) => sweptTitle(chosen) ?? '',
    of: ({ value }) => (value === undefined ? null : Number(value)),
    label: (x, { pipeline: chosen }) => `${chosen.sweep?.parameter ?? ''} ${numberText(x)}`,
  },
  conditions: ({ pipeline: chosen }, model) => conditions(chosen, model),
  view: async (grid, { pipeline: chosen }) => ({
    tables: [accuracyTable({ cells: briefly(grid, chosen) }), againstBaselineTable(pairedRows(grid, chosen))],
    figures: await pipelineFigures(grid, chosen),
    reported: [],
    key: keyOf(grid),
    notes: [
      `Steps: ${stepWords(chosen)}.`,
      chosen.steps.length === 1
        ? 'One transform: its facts are those of every study that has it.'
        : 'Each transform gets the pixels of the one before, in whole grey levels. A perturbation that is not the first sees black outside the crop.',
    ],
  }),
})

/** What is doubtful of the patches that steps drop: shares that drop nothing, or everything. */
function dropWarnings(chosen: PipelineChoice, models: readonly StoredModel[]): StudyWarning[] {
  const drops = sweptSteps(chosen).flatMap(({ steps }) => steps.filter((one) => one.op === 'patchDrop'))
  return [...Map.groupBy(drops, ({ patch }) => patch)].flatMap(([patch, all]) =>
    patchWarnings(patch, [...new Set(all.map(({ percent }) => percent))], models),
  )
}

const conditions = (chosen: PipelineChoice, { preprocessing: { std } }: StoredModel): Condition[] => [
  { key: 'clean', params: {}, title: 'clean', baseline: true, transform: unchanged },
  ...sweptSteps(chosen).map(({ value, steps }): Condition => {
    const words = steps.map(stepName).join(', then ')
    return {
      key: value === null ? 'pipeline' : `${chosen.sweep?.parameter ?? ''}=${value}`,
      params: value === null ? { steps: steps.length } : { value },
      title: value === null ? words : `${words}; ${chosen.sweep?.parameter ?? ''} ${numberText(value)}`,
      transform: () => conditionTransform(steps, std),
    }
  }),
]
