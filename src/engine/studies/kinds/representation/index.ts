import { sampledWork } from '../../measure/work.ts'
import { problemNotes } from '../../../facts/index.ts'
import { defineStudy } from '../../definition/index.ts'
import { compareAll, represented } from './compare.ts'
import { batchesOf, gramRewrite, measureBatches, storedCount } from './measure.ts'
import { params } from './params.ts'
import { keyOf, nearestTable, similarityFigure } from './view.ts'

/** Linear CKA between all layers of models (Kornblith et al. 2019; in minibatches, Nguyen et al. 2021). */
export const representation = defineStudy({
  id: 'representation-similarity',
  title: 'Representation similarity',
  section: 'extra',
  description:
    'How alike the layers of models represent the same images: linear CKA between all pairs of layers, as heatmaps.',
  params,
  presets: [
    { id: 'quick', title: 'Quick look', description: '64 images.', params: { images: 64 } },
    { id: 'default', title: 'Sound', description: '256 images in batches of 32.', params: {} },
  ],
  definitions: [
    {
      name: 'CKA',
      formula:
        'mean over batches of HSIC1(K, L) / sqrt(mean of HSIC1(K, K) · mean of HSIC1(L, L)), K = XX′, X the features of a batch, all positions and channels (and tokens) of an image in one row',
      source: 'Nguyen, Raghu and Kornblith 2021, equation 2 (arXiv 2010.15327)',
    },
    {
      name: 'HSIC1',
      formula:
        '(tr(KL) + 1′K1 · 1′L1 / ((n - 1)(n - 2)) - 2 / (n - 2) · 1′KL1) / (n (n - 3)), diagonals zero: unbiased',
      source: 'Song et al. 2012; Nguyen, Raghu and Kornblith 2021, equation 3',
    },
    { name: 'standard error', formula: 'jackknife over batches' },
  ],
  needsLabels: false,
  needs: () => [{ rewrite: 'probe', of: 'models' }],
  conditions: () => [],
  extraWork: (chosen, context) => sampledWork(context, chosen.images, () => 1),
  async measure(context, chosen) {
    await measureBatches(context, await batchesOf(context.workspace.db, context.source, chosen))
  },
  async stored(chosen, { workspace: { db }, source, models }) {
    const batches = await batchesOf(db, source, chosen)
    return models.map((model) => storedCount(db, model, batches))
  },
  async kept(chosen, _model, { workspace: { db }, source }) {
    const batches = await batchesOf(db, source, chosen)
    return batches.map((images) => ({ rewrite: gramRewrite(images), images, together: true }))
  },
  async view(_grid, chosen, { workspace: { db }, source, models }) {
    const batches = await batchesOf(db, source, chosen)
    const own = await Promise.all(models.map((model) => represented(db, model, batches)))
    const pairs = await compareAll(own, batches)
    const images = batches.reduce((sum, { length }) => sum + length, 0)
    return {
      tables: [nearestTable(pairs)],
      key: keyOf(pairs),
      figures: pairs.filter(({ a, b }) => chosen.itself || a.model.id !== b.model.id).map(similarityFigure),
      reported: [],
      notes: [
        `${images} images drawn with seed ${chosen.seed}, in batches of ${batches[0]?.length ?? 0}.`,
        ...(chosen.images > images
          ? [
              `${chosen.images - images} fewer images than asked for: the dataset has no more, or they fill no batch.`,
            ]
          : []),
        ...own.flatMap(({ model, batches: found }) =>
          problemNotes(
            model.title,
            images,
            found.flatMap((batch) => [...(batch?.problems.values() ?? [])]),
          ),
        ),
        'All positions, channels and tokens of a layer count, class tokens too. CKA does not depend on rotations or the scale of features.',
      ],
    }
  },
})
