import { sampleStudyImages } from '../../measure/sampleImages.ts'
import { probeImages } from '../../measure/probing.ts'
import { sampledWork } from '../../measure/work.ts'
import { allHeads, distanceProbe, headPoint, mapsOf } from './heads.ts'
import { params } from './params.ts'
import { headTable, keyOf, layerFigure, sortedFigure } from './view.ts'
import { problemNotes } from '../../../facts/index.ts'
import { defineStudy } from '../../definition/index.ts'

/**
 * Mean attention distance of a ViT's heads over images: the counterpart of the kernel attention distance
 * (Raghu et al. 2021).
 */
export const attentionDistance = defineStudy({
  id: 'attention-distance',
  title: 'Attention distance of ViTs',
  section: '4.6',
  description:
    'How far each attention head looks, in pixels, averaged over queries and images; one point per head and layer.',
  params,
  presets: [
    { id: 'quick', title: 'Quick look', description: '16 images.', params: { images: 16 } },
    { id: 'default', title: 'Sound', description: '64 images.', params: {} },
    {
      id: 'patches',
      title: 'In patches',
      description: '64 images, distances over the side of a patch: comparable between sizes of patches.',
      params: { unit: 'patches' },
    },
  ],
  definitions: [
    {
      name: 'attention distance',
      formula:
        'sum over keys of attention × distance between patch centres in pixels, mean over queries and images; class token left out, not renormalised',
      source: 'Raghu et al. 2021; keras-io probing_vits.py',
    },
    { name: 'in patches', formula: 'the same over the side of a patch in pixels' },
  ],
  needs: () => [{ rewrite: 'attention', of: 'models' }],
  conditions: () => [],
  extraWork: (chosen, context) => sampledWork(context, chosen.images, () => 1),
  async measure(context, chosen) {
    const maps = await mapsOf(context.model)
    if (maps.length === 0) return
    await probeImages(
      context,
      await sampleStudyImages(context.workspace.db, context.source, chosen.images, chosen.seed),
      distanceProbe(context.model),
    )
  },
  async stored(chosen, context) {
    const heads = await allHeads(context, chosen)
    return heads.map(({ stored }) => stored)
  },
  point: headPoint,
  async kept(chosen, model, { workspace: { db }, source }) {
    const images = await sampleStudyImages(db, source, chosen.images, chosen.seed)
    return [{ rewrite: distanceProbe(model).rewrite, images, together: false }]
  },
  async view(_grid, chosen, context) {
    const heads = await allHeads(context, chosen)
    const measured = heads.filter(({ distances }) => distances.length > 0)
    return {
      tables: [headTable(measured)],
      key: keyOf(measured),
      figures: [layerFigure(measured, chosen.unit), sortedFigure(measured)],
      reported: [],
      notes: [
        `${heads[0]?.sampled ?? 0} images drawn with seed ${chosen.seed}.`,
        ...heads.flatMap(({ model, sampled, problems }) => problemNotes(model.title, sampled, problems)),
        ...heads
          .filter(({ maps }) => maps.length === 0)
          .map(({ model }) => `${model.title}: no attention over all patches was found in the graph.`),
      ],
    }
  },
})
