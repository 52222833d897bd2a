import { problemNotes, type Stored } from '../../../../facts/index.ts'
import { defineStudy, type PointImages } from '../../../definition/index.ts'
import { attackForwards, sampledWork } from '../../../measure/work.ts'
import { attackTitles, epsilonTitle } from '../titles.ts'
import { normTitles } from '../norms.ts'
import { attackDefinitions } from '../strong/definitions.ts'
import { attackOf, settled, triesOf } from './attack.ts'
import { leastImages, leastRewrite, measureLeast, storedLeast } from './measure.ts'
import { params } from './params.ts'
import { curveFigure, epsilonOf, keyOf, leastTable } from './view.ts'

/** For each image the smallest change that an attack needs, and the accuracy curve over all epsilons that follows. */
export const leastEpsilonStudy = defineStudy({
  id: 'least-epsilon',
  title: 'Least epsilon',
  section: 'extra',
  description:
    'For each image the smallest epsilon at which an attack makes its answer wrong, by bisection; accuracy against every epsilon follows from it.',
  params,
  presets: [
    {
      id: 'quick',
      title: 'Quick look',
      description: '64 images, APGD-CE with 10 steps.',
      params: { images: 64, steps: 10, halvings: 5 },
    },
    { id: 'linf', title: 'L∞', description: 'APGD-CE with 20 steps, from 16/255.', params: {} },
    {
      id: 'l2',
      title: 'L2',
      description: 'The nearest wrong image by CW, up to 3.',
      params: { attack: 'cw', norm: 'l2', largest: 3 },
    },
  ],
  definitions: [
    {
      name: 'least epsilon',
      formula:
        'the largest ε is tried first, then the middle between the largest ε that failed and the smallest norm of a wrong image; what is shown is that norm, 0 for images that are wrong without an attack',
    },
    {
      name: 'right at ε',
      formula:
        'share of images whose least epsilon is larger than ε: an upper bound, since an attack may fail',
    },
    {
      name: 'interval of a quantile',
      formula: 'the values at which the Wilson interval of the share of smaller ones holds the quantile',
    },
    ...attackDefinitions.filter(({ name }) => name !== 'APGD-T'),
  ],
  needs: () => [{ rewrite: 'differentiate', of: 'models' }],
  settle: settled,
  conditions: () => [],
  needsLabels: true,
  extraWork: (chosen, context) =>
    sampledWork(
      context,
      chosen.images,
      (model) => triesOf(chosen) * attackForwards(model, [attackOf(chosen)]),
    ).map((work) => ({ ...work, atMost: true })),
  measure: measureLeast,
  async stored(chosen, { workspace: { db }, source, models }) {
    const images = await leastImages(db, source, chosen)
    return models.map((model): Stored => {
      const { least, problems } = storedLeast(db, images, model, chosen)
      return { measured: least.length, failed: problems.size, of: images.length }
    })
  },
  async kept(chosen, _model, { workspace: { db }, source }) {
    const images = await leastImages(db, source, chosen)
    return [{ rewrite: leastRewrite(chosen), images, together: false }]
  },
  async point(key, chosen, model, { workspace: { db }, source }): Promise<PointImages | null> {
    const epsilon = epsilonOf(key, chosen.largest)
    if (epsilon === null) return null
    const { least } = storedLeast(db, await leastImages(db, source, chosen), model, chosen)
    return {
      title: `Least epsilon, at ${epsilonTitle(epsilon, chosen.norm)}`,
      unit: 'none',
      note: 'Each image with its least epsilon; without one where the attack failed at the largest. The point is the share of images whose least epsilon is larger.',
      images: least.map(({ image, broken }) => ({
        id: image.id,
        value: broken === Infinity ? null : broken,
      })),
    }
  },
  async view(_grid, chosen, { workspace: { db }, source, models }) {
    const images = await leastImages(db, source, chosen)
    const read = models.map((model) => ({
      model,
      of: images.length,
      ...storedLeast(db, images, model, chosen),
    }))
    return {
      tables: [leastTable(read)],
      key: keyOf(read, chosen),
      figures: [curveFigure(read, chosen)],
      reported: [],
      notes: [
        `${images.length} images drawn with seed ${chosen.seed}; ${attackTitles[chosen.attack]}, ${normTitles[chosen.norm]}, up to ${epsilonTitle(chosen.largest, chosen.norm)}.`,
        ...read.flatMap(({ model, problems }) => problemNotes(model.title, images.length, problems.values())),
      ],
    }
  },
})
