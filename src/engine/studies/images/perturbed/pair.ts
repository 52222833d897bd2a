import type { Attack } from '#shared/attacks.ts'
import type { Study } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { PixelTransform } from '#shared/transforms/index.ts'
import { unitFloats } from '#shared/maths/unit.ts'
import { locateImage, modelFor } from '../../../datasets/index.ts'
import type { ImagePool } from '../../../images/index.ts'
import { listModels, usableModel, type StoredModel } from '../../../models/index.ts'
import { callSize } from '../../measure/calls.ts'
import { drawsOfTransform } from '../../masks/draws.ts'
import { targetLookup } from '../../measure/targets.ts'
import { setupOf, surrogateChanges } from '../../kinds/attacks/transfer/surrogate.ts'
import type { AttackContext, OpenAttackers } from './attackers.ts'
import { getStudy } from '../../store/store.ts'
import { conditionTransform } from '../../../facts/index.ts'

/**
 * An image unchanged and under a condition, as one model gets it: each float32 [height, width, 3] in [0,1].
 */
export interface ImagePair {
  height: number
  width: number
  clean: Float32Array
  shown: Float32Array
}

export interface PairContext extends AttackContext {
  pool: ImagePool
  attackers: OpenAttackers
}

/**
 * Computes both images.
 *
 * @param model with its preprocessing for the image's dataset
 * @throws MODEL_UNSUPPORTED where the condition is an attack and the model has no gradient
 * @throws MODEL_NOT_FOUND where the surrogate model is not in the workspace with the same setup
 * @throws FILE_MISSING, FILE_CHANGED and other codes where the image or the model's file cannot be read
 */
export async function pairOf(
  context: PairContext,
  { imageId, conditionId, studyId }: { imageId: number; conditionId: number; studyId?: number | undefined },
  model: StoredModel,
): Promise<ImagePair> {
  const { db } = context.workspace
  const transform = conditionTransform(db, conditionId)
  const { datasetId } = locateImage(db, imageId).image
  if (transform.op !== 'attack') return transformed(context, imageId, model, transform)
  const study = studyId === undefined ? {} : getStudy(db, studyId)
  return attacked(context, imageId, surrogateBehind(context, study, datasetId, model, transform), transform)
}

/**
 * Finds the model whose gradient makes the images of an attack, with its preprocessing for the dataset.
 *
 * @param study a surrogate may have the preprocessings of the study, too
 * @param model the attacked model, with that preprocessing
 *
 * @throws MODEL_NOT_FOUND where the workspace has no such model with the same setup
 */
export function surrogateBehind(
  { workspace: { db } }: AttackContext,
  { preprocessings }: Pick<Study, 'preprocessings'>,
  datasetId: number,
  model: StoredModel,
  attack: Attack,
): StoredModel {
  if (attack.surrogate === null) return model
  const found = listModels(db)
    .filter(({ digest }) => digest === attack.surrogate)
    .flatMap((one) => surrogateChanges(preprocessings).map((change) => modelFor(db, datasetId, one, change)))
    .find((one) => attack.setup === undefined || attack.setup === setupOf(one))
  if (!found)
    throw new KernelscopeError(
      'MODEL_NOT_FOUND',
      'the model that made these images is not in the workspace, or its setup has changed',
    )
  usableModel(db, found.id)
  return found
}

async function transformed(
  { workspace, pool }: PairContext,
  imageId: number,
  model: StoredModel,
  transform: PixelTransform,
): Promise<ImagePair> {
  const { image, path, digest } = locateImage(workspace.db, imageId)
  const { preprocessing } = model
  const [height, width] = preprocessing.size
  const values = height * width * 3
  const imageKey = digest?.toString('hex') ?? ''
  const pixels = new SharedArrayBuffer(2 * values * 4)
  await pool.load(
    {
      path,
      imageKey,
      preprocessing,
      pixels: 'float32',
      draws: await drawsOfTransform(workspace, transform, { digest: imageKey, className: image.className }),
      transforms: [
        { transform: { op: 'identity' }, slot: 0 },
        { transform, slot: 1 },
      ],
    },
    pixels,
  )
  const both = new Float32Array(pixels)
  return { height, width, clean: both.slice(0, values), shown: both.slice(values) }
}

async function attacked(
  context: PairContext,
  imageId: number,
  surrogate: StoredModel,
  attack: Attack,
): Promise<ImagePair> {
  const { image, path, digest } = locateImage(context.workspace.db, imageId)
  const { preprocessing } = surrogate
  const [height, width] = preprocessing.size
  const { most: batch } = callSize(surrogate, 1)
  const pixels = new SharedArrayBuffer(batch * height * width * 3)
  const imageKey = digest?.toString('hex') ?? ''
  await context.pool.load(
    { path, imageKey, preprocessing, transforms: [{ transform: { op: 'identity' }, slot: 0 }] },
    pixels,
  )
  const { images } = await context.attackers.with(context, surrogate, (session) =>
    session.attack({
      pixels,
      first: 0,
      batch,
      rows: 1,
      targets: Int32Array.of(targetLookup(surrogate)(image.className ?? '')),
      keys: [imageKey],
      runs: [attack],
      keep: true,
    }),
  )
  if (!images) throw new KernelscopeError('INTERNAL', 'the attack kept no image')
  const values = height * width * 3
  const clean = unitFloats(new Uint8Array(pixels, 0, values))
  return { height, width, clean, shown: images.subarray(0, values) }
}
