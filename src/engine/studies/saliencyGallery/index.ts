import { defineStudy } from '../definition.ts'
import { drawnWork, gradientForwards } from '../work.ts'
import { galleryImages, measureGallery, storedMaps } from './measure.ts'
import { storedPictures } from './pictures.ts'
import { gradientsOf, params } from './params.ts'
import { agreementTable, concentrationTable, galleryFigure } from './view.ts'

/** Saliency maps of some images, several models and methods side by side. */
export const saliencyGallery = defineStudy({
  id: 'saliency-gallery',
  title: 'Saliency gallery',
  section: 'extra',
  description:
    'Where models look: gradient-based saliency of some images, by model and method, and how far the models agree.',
  params,
  presets: [
    {
      id: 'quick',
      title: 'Quick look',
      description: 'The gradient of four images.',
      params: { methods: ['gradient'], images: 4 },
    },
    { id: 'default', title: 'Sound', description: 'Three methods, six images.', params: {} },
  ],
  definitions: [
    {
      name: 'gradient',
      formula: '∂y/∂x, y = logit of the target, x in [0,1]',
      source: 'Simonyan et al. 2014',
    },
    {
      name: 'SmoothGrad',
      formula: 'mean gradient over copies with normal noise of σ = 0.15 (max x − min x)',
      source: 'Smilkov et al. 2017',
    },
    {
      name: 'integrated gradients',
      formula: '(x − 0) ∫ ∂y/∂x along the straight path from black, trapezoidal rule',
      source: 'Sundararajan et al. 2017',
    },
    { name: 'map', formula: 'sum of magnitudes over the channels, mean over the pixels of a cell' },
    { name: 'agreement', formula: "Spearman's rank correlation over the cells of two models' maps" },
  ],
  needsLabels: false,
  conditions: () => [],
  extraWork: (chosen, room) =>
    drawnWork(room, chosen.imageIds.length || chosen.images, gradientForwards * gradientsOf(chosen)),
  measure: (room, chosen) => measureGallery(room, chosen),
  async complete(chosen, { workspace: { db }, source, models }) {
    const images = await galleryImages(db, source, chosen)
    const ofAll = (kept: ReadonlyMap<number, unknown>) => images.every(({ subjectId }) => kept.has(subjectId))
    const [first] = models
    return (
      (!first || ofAll(storedPictures(db, first))) &&
      models.every((model) => chosen.methods.every((name) => ofAll(storedMaps(db, model, name, chosen))))
    )
  },
  async view(_grid, chosen, { workspace: { db }, source, models }) {
    const images = await galleryImages(db, source, chosen)
    const methods = chosen.methods.map((name) => ({
      name,
      models: models.map((model) => ({ model, maps: storedMaps(db, model, name, chosen) })),
    }))
    const [first] = models
    const pictures = first ? storedPictures(db, first) : new Map<number, Buffer>()
    const measured = methods.filter((one) => one.models.some(({ maps }) => maps.size > 0))
    return {
      tables: [agreementTable(measured, images), concentrationTable(measured, images)],
      figures: measured.map((one) => galleryFigure(one, images, pictures)),
      reported: [],
      notes: [
        chosen.imageIds.length > 0
          ? `Images ${images.map(({ id }) => id).join(', ')}.`
          : `${images.length} images drawn with seed ${chosen.seed}.`,
        `Explains the logit of the ${chosen.target} class; SmoothGrad with ${chosen.copies} copies, integrated gradients with ${chosen.steps} intervals.`,
        'Maps are kept on 64 x 64 cells at most.',
      ],
    }
  },
})
