import type { Perturbation } from '#shared/contract/index.ts'
import { changePicture, distanceBetween, toLevels } from '#shared/maths/norms.ts'
import { locateImage } from '../../../datasets/index.ts'
import { encodePng } from '../../../images/index.ts'
import { usableModel } from '../../../models/index.ts'
import { setupOf } from '../../kinds/attacks/transfer/surrogate.ts'
import { OpenAttackers, type AttackContext } from './attackers.ts'
import { pairOf, type Pair, type PairContext } from './pair.ts'
import { LruMap, remembered } from '../../../base/lruMap.ts'

/** Pictures kept: those of one image under the conditions of a study. */
const mostKept = 48

/** Which image under which condition, as which model sees it. */
export interface PerturbedImage {
  imageId: number
  modelId: number
  conditionId: number
}

/** What conditions do to single images: pictures and norms, kept for a while. */
export class PerturbedImages {
  readonly attackers = new OpenAttackers()
  readonly #kept = new LruMap<string, Promise<Pair>>(mostKept)

  /** Norms of the change; its picture spans plus and minus `linf`. */
  async perturbation(context: Omit<PairContext, 'attackers'>, image: PerturbedImage): Promise<Perturbation> {
    const { clean, shown } = await this.#pair(context, image)
    return distanceBetween(clean, shown)
  }

  /** PNG of the image under the condition, or of the change magnified. */
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

  #pair(context: AttackContext & Omit<PairContext, 'attackers'>, image: PerturbedImage): Promise<Pair> {
    const { imageId, modelId, conditionId } = image
    return remembered(this.#kept, keyOf(context, image), () =>
      pairOf({ ...context, attackers: this.attackers }, imageId, modelId, conditionId),
    )
  }
}

/** All that a picture depends on and that may be edited while it is kept: the image's bytes and the model's setup too. */
function keyOf(
  { workspace, settings }: AttackContext,
  { imageId, modelId, conditionId }: PerturbedImage,
): string {
  const model = usableModel(workspace.db, modelId)
  const { digest } = locateImage(workspace.db, imageId)
  return [
    workspace.path,
    imageId,
    digest?.toString('hex'),
    model.digest,
    setupOf(model),
    conditionId,
    settings.provider,
  ].join('|')
}
