import { otherDefinitions, rewritesFor } from '#shared/saliencyMethods/index.ts'
import { sampledWork } from '../../measure/work.ts'
import { galleryImages, mapsOf, measureGallery, rewriteOf } from './measure.ts'
import { picturesOf, shownPicture } from './pictures.ts'
import { forwardsOf, methodsFor, titleOf, params } from './params.ts'
import { agreementTable, concentrationTable, galleryFigure, keyOf } from './view.ts'
import { problemNotes, examplesOf, storedOf } from '../../../facts/index.ts'
import { defineStudy } from '../../definition/index.ts'

/** Saliency maps of some images, for several models and methods side by side. */
export const saliencyGallery = defineStudy({
  id: 'saliency-gallery',
  title: 'Saliency gallery',
  section: 'extra',
  description:
    'Where models look: saliency of some images, by model and method, and how far the models agree.',
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
    ...otherDefinitions,
    {
      name: 'map',
      formula: 'sum of magnitudes over the channels where it has channels, mean over the pixels of a cell',
    },
    { name: 'agreement', formula: "Spearman's rank correlation over the cells of two models' maps" },
  ],
  needsLabels: false,
  readsLabels: ({ target }, models) => (target === 'true' ? models.map(({ id }) => id) : []),
  needs: ({ methods }) =>
    [...new Set(methods.flatMap(rewritesFor))].map((rewrite) => ({ rewrite, of: 'models' })),
  conditions: () => [],
  extraWork: (chosen, context) =>
    sampledWork(
      context,
      chosen.imageIds.length || chosen.images,
      (model) => forwardsOf(chosen, model),
      (model) => methodsFor(chosen, model).length,
    ),
  measure: (context, chosen) => measureGallery(context, chosen),
  async stored(chosen, { workspace: { db }, source, models }) {
    const images = await galleryImages(db, source, chosen)
    const [first] = models
    // Pictures stand beside the maps. Only those that are still to be made count.
    const pictures = first ? [storedOf(picturesOf(db, first), images)] : []
    const toMake = pictures.map(({ measured, failed, of }) => ({
      measured: 0,
      failed: 0,
      of: of - measured - failed,
    }))
    const maps = models.flatMap((model) =>
      methodsFor(chosen, model).map((name) => storedOf(mapsOf(db, model, name, chosen), images)),
    )
    return [...toMake, ...maps]
  },
  async kept(chosen, model, { workspace: { db }, source, models: [first] }) {
    const images = await galleryImages(db, source, chosen)
    const maps = methodsFor(chosen, model).map((name) => ({
      rewrite: rewriteOf(name, chosen),
      images,
      together: false,
    }))
    if (model.id !== first?.id) return maps
    return [...maps, { rewrite: shownPicture, images, together: false, pictures: true }]
  },
  async view(_grid, chosen, { workspace: { db }, source, models }) {
    const images = await galleryImages(db, source, chosen)
    const examples = examplesOf(images)
    const methods = chosen.methods.map((name) => ({
      name,
      models: models.map((model) => {
        const found = mapsOf(db, model, name, chosen)
        return { model, maps: found.vectors(examples), problems: found.problems(examples) }
      }),
    }))
    const [first] = models
    const pictures = first ? picturesOf(db, first).bytes(examples) : new Map<number, Buffer>()
    const measured = methods.filter((one) => one.models.some(({ maps }) => maps.size > 0))
    return {
      key: keyOf(measured, images),
      tables: [agreementTable(measured, images), concentrationTable(measured, images)],
      figures: measured.map((one) => galleryFigure(one, images, pictures)),
      reported: [],
      notes: [
        chosen.imageIds.length > 0
          ? `Images ${images.map(({ id }) => id).join(', ')}.`
          : `${images.length} images drawn with seed ${chosen.seed}.`,
        `Explains the logit of the ${chosen.target} class; SmoothGrad with ${chosen.copies} copies, integrated gradients with ${chosen.steps} intervals.`,
        'Maps are kept on 64 x 64 cells at most.',
        ...models.flatMap((model) =>
          chosen.methods
            .filter((name) => !methodsFor(chosen, model).includes(name))
            .map((name) => `${model.title} has no ${titleOf(name)}: its graph does not allow it.`),
        ),
        ...methods.flatMap((one) =>
          one.models.flatMap(({ model, problems }) =>
            problemNotes(`${titleOf(one.name)} of ${model.title}`, images.length, problems.values()),
          ),
        ),
      ],
    }
  },
})
