import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { attack as attackSchema, type Attack } from '#shared/attacks.ts'
import { canonicalJson } from '#shared/canonical.ts'
import type { ErrorShape } from '#shared/errors.ts'
import { throughDraft } from '../../../../base/wholeFile.ts'
import { encodePng } from '../../../../images/index.ts'
import type { AttackSession } from '../../../../inference/index.ts'
import { usableModel, type StoredModel } from '../../../../models/index.ts'
import type { Workspace } from '../../../../workspace/index.ts'
import { attackInCalls } from '../adversarial/calls.ts'
import { attackOnce, callsOf } from '../adversarial/open.ts'
import type { TransferParams } from './params.ts'
import { preparedSurrogate } from './surrogate.ts'
import { gradientCallSize } from '../../../measure/calls.ts'
import { inLanes } from '../../../measure/inLanes.ts'
import { loadedBatches, type LoadedBatch } from '../../../measure/load.ts'
import { knownToOthersOnly, unknownClass } from '../../../measure/targets.ts'
import type { StudyImage } from '../../../../facts/index.ts'
import type { MeasureContext } from '../../../definition/index.ts'

/**
 * Path of the adversarial image of an attack: an 8-bit PNG of the surrogate's input size. The attack names
 * the surrogate and its setup, so an image always belongs to what was measured of it.
 */
export function adversarialPath(workspace: Workspace, attack: Attack, image: StudyImage): string {
  const key = canonicalJson({ attack, class: image.className })
  return join(
    workspace.path,
    'adversarial',
    createHash('sha256').update(key).digest('hex').slice(0, 16),
    `${image.digest}.png`,
  )
}

/**
 * Makes adversarial images with a surrogate's gradient. The sessions open at the first image that is missing.
 */
export interface AdversarialImages {
  readonly surrogate: StoredModel
  /**
   * Makes the images that are not on disk. Returns the reasons for those that could not be made, by digest.
   */
  make(attack: Attack, images: StudyImage[]): Promise<Map<string, ErrorShape>>
  close(): Promise<void>
}

/**
 * Prepares a surrogate model for making adversarial images.
 *
 * @throws MODEL_NOT_FOUND, FILE_MISSING, FILE_CHANGED where the surrogate model cannot be used
 */
export function openAdversarialImages(
  context: MeasureContext,
  surrogateId: number,
  params: TransferParams,
): AdversarialImages {
  const { db } = context.workspace
  const surrogate = preparedSurrogate(db, context.source.datasetId, usableModel(db, surrogateId), params)
  const size = gradientCallSize(surrogate)
  const attacks = context.conditions.flatMap(({ parts }) => {
    const attack = attackSchema.safeParse(parts[0]?.transform).data
    return attack ? [[attack]] : []
  })
  // Without a class there is no gradient: an image that does not change would count as withstood.
  const isLost = knownToOthersOnly(surrogate, [context.model])
  const session = attackOnce(context, surrogate, callsOf(context, surrogate, attacks))

  async function makeBatch(
    lane: AttackSession,
    attack: Attack,
    loaded: LoadedBatch,
    failed: Map<string, ErrorShape>,
  ): Promise<void> {
    const { images, problems } = loaded
    const [height, width] = surrogate.preprocessing.size
    const values = height * width * 3
    const crashes = context.progress.moved() ? 0 : context.job.crashes
    const order = { model: surrogate, runs: [attack], keep: true, crashes }
    const found = await attackInCalls(lane, size, loaded, order, async ({ images: made }, first, rows) => {
      for (const [row, image] of images.slice(first, first + rows).entries())
        if (made && !problems[first + row])
          await writePicture(
            adversarialPath(context.workspace, attack, image),
            made.subarray(row * values, (row + 1) * values),
            height,
            width,
          )
    })
    for (const [row, { digest }] of images.entries()) {
      const problem = found[row]
      if (problem) failed.set(digest, problem)
    }
  }
  return {
    surrogate,
    async make(attack, images) {
      const failed = new Map<string, ErrorShape>()
      for (const { digest, className } of images)
        if (isLost(className)) failed.set(digest, unknownClass(surrogate, className))
      const missing = images.filter(
        (image) =>
          !failed.has(image.digest) && !existsSync(adversarialPath(context.workspace, attack, image)),
      )
      if (missing.length === 0) return failed
      const { sessions } = await session.open()
      const { pool, job } = context
      const batches = loadedBatches(pool, missing, surrogate.preprocessing, size.most, sessions.length)
      const make = (loaded: LoadedBatch, lane: AttackSession) => makeBatch(lane, attack, loaded, failed)
      try {
        await inLanes(batches, sessions, make, job.signal)
      } finally {
        await batches.return()
      }
      return failed
    },
    close: session.close,
  }
}

/**
 * Writes float32 [height, width, 3] in [0,1] as 8-bit PNG, completely or not at all. Not flushed to the disk: it can be
 * computed again.
 */
export async function writePicture(
  path: string,
  image: Float32Array,
  height: number,
  width: number,
): Promise<void> {
  const pixels = Uint8Array.from(image, (value) => Math.round(value * 255))
  const png = await encodePng(pixels, height, width)
  await mkdir(dirname(path), { recursive: true })
  await throughDraft(path, (draft) => writeFile(draft, png))
}
