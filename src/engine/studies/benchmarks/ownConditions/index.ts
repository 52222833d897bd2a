import { levelLabel } from '#shared/conditionsFile.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { detectLayout } from '../../../datasets/index.ts'
import { imageRoot, type Condition } from '../../../facts/index.ts'
import { defineStudy, unchanged } from '../../definition/index.ts'
import { findValidation } from '../shared/validation.ts'
import { baselineKey, keyOf, params, type OwnConditionsParams } from './params.ts'
import { viewOf } from './view.ts'
import type { Dataset } from '#shared/contract/index.ts'

/** Accuracy on folders of images that show the same pictures under other people's conditions. */
export const ownConditions = defineStudy({
  id: 'own-conditions',
  title: 'Conditions of one’s own',
  section: 'extra',
  description:
    'Folders that show the same pictures under conditions of any kind, such as corruptions, attacks or photographs taken again, named by a conditions.json; each is compared with the baseline picture by picture.',
  params,
  presets: [
    { id: 'default', title: 'All levels', description: 'Every image of every level once.', params: {} },
  ],
  definitions: [
    {
      name: 'pairs',
      formula: 'images with the same path from the class folder on, without the ending of the file',
      source: 'ours',
    },
    {
      name: 'change',
      formula: 'top-1 of the level minus top-1 of the baseline, over pairs alone',
      source: 'interval: Newcombe 1998; test: McNemar, exact',
    },
    { name: 'top-1', formula: 'over all images of a level, paired or not' },
  ],
  docs: 'formats.md',
  async settle(chosen, context) {
    const { db, dataset } = context
    if (dataset.recognised !== 'conditions')
      throw new KernelscopeError('STUDY_PARAMS', `invalid dataset: ${dataset.title} has no conditions.json`, {
        hint: 'Write one beside the folders of the levels, as docs/formats.md says, and add the folder as a dataset.',
      })
    const { conditions: file } = await detectLayout(imageRoot(db, dataset.id))
    if (file === undefined)
      throw new KernelscopeError('STUDY_PARAMS', `the conditions.json of ${dataset.title} is gone`, {
        hint: 'Put it back, or index the dataset again.',
      })
    const classes = dataset.classes.map(({ name }) => name)
    const needed = chosen.clean !== null || file.baseline === undefined
    return { file, clean: needed ? findValidation(context, chosen.clean, classes) : null }
  },
  otherDatasets: ({ clean }) => (clean === null ? [] : [clean]),
  axis: {
    title: ({ file }) => (file ? axisTitle(file) : ''),
    of: ({ value }) => (value === undefined ? null : Number(value)),
    label: (x, { file }) => {
      const level = file?.levels.find(({ value }) => value === x)
      return level ? levelLabel(level, file?.unit) : `${x}`
    },
  },
  conditions: (chosen, _, { dataset }) => conditions(chosen, dataset),
  view: (grid, chosen, context) => viewOf(grid, chosen, context),
})

const axisTitle = ({ axis, unit }: NonNullable<OwnConditionsParams['file']>): string =>
  unit === undefined ? axis : `${axis} (${unit})`

/** The baseline where there is one, then the levels whose folders have images, in their order. */
function conditions({ file, clean }: OwnConditionsParams, dataset: Dataset): Condition[] {
  if (file === null) return []
  const found = new Set(dataset.parts.map(({ name }) => name))
  const baseline: Condition = {
    key: baselineKey,
    params: {},
    title: 'baseline',
    baseline: true,
    transform: unchanged,
  }
  const classes = dataset.classes.map(({ name }) => name)
  const before =
    clean !== null
      ? [{ ...baseline, images: { datasetId: clean, classes } }]
      : file.baseline !== undefined && found.has(file.baseline)
        ? [{ ...baseline, images: { part: file.baseline } }]
        : []
  return [
    ...before,
    ...file.levels
      .filter(({ folder }) => found.has(folder))
      .map((level): Condition => ({
        key: keyOf(level.folder),
        params: { folder: level.folder, ...(level.value === undefined ? {} : { value: level.value }) },
        title: levelLabel(level, file.unit),
        transform: unchanged,
        images: { part: level.folder },
      })),
  ]
}
