import { modelFor } from '../../../datasets/index.ts'
import { usableModel } from '../../../models/index.ts'
import { attentionWeights } from './attentionWeights.ts'
import { folderWeights } from './folderWeights.ts'
import { gradientWeights } from './gradientWeights.ts'
import type { SalientParams } from './params.ts'
import type { MeasureContext } from '../../definition/index.ts'
import type { PatchGrid, PatchWeights } from './patches.ts'

/**
 * Opens the chosen source of saliency: mask files, attention or gradients.
 *
 * @param images whose weights are to be asked for in all
 */
export async function openWeights(
  context: MeasureContext,
  chosen: SalientParams,
  grid: PatchGrid,
  images: number,
): Promise<PatchWeights> {
  if (chosen.source === 'masks') return folderWeights(context, chosen.masks ?? '', grid)
  const { db } = context.workspace
  const model = modelFor(db, context.source.datasetId, usableModel(db, chosen.model ?? 0))
  return chosen.source === 'attention'
    ? attentionWeights({ ...context, model }, chosen, grid, images)
    : gradientWeights({ ...context, model }, grid, images)
}
