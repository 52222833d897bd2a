import { gradientForwards } from '../../measure/gradientForwards.ts'
import { sampledWork } from '../../measure/work.ts'
import { fieldImages, fieldRewrite, fieldStored, measureField, ringsRewrite, storedField } from './measure.ts'
import { params } from './params.ts'
import { areaPoint } from './point.ts'
import { areaFigure, areaTable, fieldFigure, keyOf, type ModelField } from './view.ts'
import { problemNotes } from '../../../facts/index.ts'
import { defineStudy } from '../../definition/index.ts'

/**
 * Effective receptive fields of several models (RepLKNet, section 5): the input area that the centre of a
 * feature map depends on.
 */
export const receptiveFieldStudy = defineStudy({
  id: 'receptive-field',
  title: 'Effective receptive field',
  section: 'extra',
  description:
    'What the pixels of an image contribute to the centre of a feature map, averaged over images: pictures, and the area that holds a share of it.',
  params,
  presets: [
    { id: 'quick', title: 'Quick look', description: '8 images.', params: { images: 8 } },
    { id: 'default', title: 'Sound', description: '50 images, the last feature map.', params: {} },
    {
      id: 'published',
      title: 'As published',
      description: '50 images, the last feature map; the table has the published definition beside ours.',
      params: { images: 50, depth: 1 },
    },
  ],
  definitions: [
    {
      name: 'contribution',
      formula:
        'mean over images of Σ_channels max(0, ∂ Σ_c relu(f_c at the centre) / ∂ x), x the normalised image',
      source: 'RepLKNet visualize_erf.py',
    },
    {
      name: 'high-contribution area',
      formula:
        'smallest centred square with at least a share t of the contributions, over the area of the input',
      source: 'Ding et al. 2022, section 5',
    },
    {
      name: 'as published',
      formula:
        'the same of log10(x + 1), squares of 3 px or more that exceed t; depends on the scale of the gradient',
      source: 'RepLKNet analyze_erf.py',
    },
  ],
  needsLabels: false,
  needs: () => [
    { rewrite: 'probe', of: 'models' },
    { rewrite: 'differentiate', of: 'models' },
  ],
  conditions: () => [],
  extraWork: (chosen, context) => sampledWork(context, chosen.images, gradientForwards),
  measure: (context, chosen) => measureField(context, chosen),
  async stored(chosen, { workspace, source, models }) {
    const images = await fieldImages(workspace.db, source, chosen)
    return models.map((model) => fieldStored(workspace.db, images, model, chosen))
  },
  point: areaPoint,
  async kept(chosen, _model, { workspace: { db }, source }) {
    const images = await fieldImages(db, source, chosen)
    return [
      { rewrite: fieldRewrite(images, chosen), images, together: true },
      { rewrite: ringsRewrite(chosen), images, together: false },
    ]
  },
  async view(_grid, chosen, { workspace, source, models }) {
    const images = await fieldImages(workspace.db, source, chosen)
    const fields = models.flatMap((model): ModelField[] => {
      const found = storedField(workspace.db, images, model, chosen)
      return found ? [{ model, ...found }] : []
    })
    return {
      tables: [areaTable(fields)],
      key: keyOf(fields),
      figures: [areaFigure(fields), ...fields.map(fieldFigure)],
      reported: [],
      notes: [
        `${images.length} images drawn with seed ${chosen.seed}.`,
        ...fields.flatMap(({ model, problems }) =>
          problemNotes(model.title, images.length, problems.values()),
        ),
        chosen.depth === 1
          ? 'Of the last feature map.'
          : `Of the feature map at ${Math.round(100 * chosen.depth)} % of the depth.`,
        'The gradient is that of the normalised image; its scale matters to the published definition only.',
      ],
    }
  },
})
