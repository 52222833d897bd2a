import type { Perturbation } from '#shared/contract/index.ts'
import { changePicture, distanceBetween, toLevels } from '#shared/maths/norms.ts'
import { locateImage } from '../../../datasets/index.ts'
import { encodePng } from '../../../images/index.ts'
import type { StoredModel } from '../../../models/index.ts'
import { usableShown } from '../../store/shown.ts'
import { getStudy } from '../../store/store.ts'
import { setupOf } from '../../kinds/attacks/transfer/surrogate.ts'
import { OpenAttackers, type AttackContext } from './attackers.ts'
import { pairOf, type ImagePair, type PairContext } from './pair.ts'
import { LruMap, remembered } from '../../../base/lruMap.ts'

/** Number of image pairs held in memory: those of one image under the conditions of a study. */
const mostKept = 48

/** Names an image, a condition, and the model that gets the image. */
export interface PerturbedImage {
  imageId: number
  modelId: number
  conditionId: number
  /** The study whose preprocessing the model has; left out: its own. */
  studyId?: number | undefined
}

/** Computes pictures and norms of single images under conditions, and holds the last ones in memory. */
export class PerturbedImages {
  readonly attackers = new OpenAttackers()
  readonly #kept = new LruMap<string, Promise<ImagePair>>(mostKept)

  /** Norms of the change, in [0,1] units. The picture of the change spans -`linf` to `linf`. */
  async perturbation(context: Omit<PairContext, 'attackers'>, image: PerturbedImage): Promise<Perturbation> {
    const { clean, shown } = await this.#pair(context, image)
    return distanceBetween(clean, shown)
  }

  /** The image under the condition, or the magnified change, as PNG bytes. */
  async picture(
    context: Omit<PairContext, 'attackers'>,
    image: PerturbedImage,
    as: 'shown' | 'change',
  ): Promise<Buffer> {
    const { clean, shown, height, width } = await this.#pair(context, image)
    const pixels =
      as === 'shown' ? toLevels(shown) : changePicture(clean, shown, distanceBetween(clean, shown).linf)
    return encodePng(pixels, height, width)
  }

  close(): Promise<void> {
    this.#kept.clear()
    return this.attackers.close()
  }

  #pair(context: AttackContext & Omit<PairContext, 'attackers'>, image: PerturbedImage): Promise<ImagePair> {
    const model = shownTo(context, image)
    return remembered(this.#kept, keyOf(context, image, model), () =>
      pairOf({ ...context, attackers: this.attackers }, image, model),
    )
  }
}

function shownTo({ workspace: { db } }: AttackContext, { imageId, modelId, studyId }: PerturbedImage) {
  const study = studyId === undefined ? {} : getStudy(db, studyId)
  return usableShown(db, study, modelId, locateImage(db, imageId).image.datasetId)
}

/**
 * Everything a picture depends on that can be edited meanwhile is part of the key: the image's bytes and the
 * model's setup.
 */
function keyOf(
  { workspace, settings }: AttackContext,
  { imageId, conditionId, studyId }: PerturbedImage,
  model: StoredModel,
): string {
  const { digest } = locateImage(workspace.db, imageId)
  return [
    workspace.path,
    imageId,
    digest?.toString('hex'),
    model.digest,
    setupOf(model),
    conditionId,
    studyId ?? '',
    settings.provider,
  ].join('|')
}
