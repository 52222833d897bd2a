import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Attack } from '#shared/attacks.ts'
import { canonicalJson } from '#shared/canonical.ts'
import type { ErrorShape } from '#shared/errors.ts'
import { encodePng } from '../../images/index.ts'
import { openAttackSession, type AttackSession } from '../../inference/index.ts'
import { openWithFirst, usableModel, type StoredModel } from '../../models/index.ts'
import type { Workspace } from '../../workspace/index.ts'
import { attackRequest } from '../adversarial/measure.ts'
import type { MeasureRoom } from '../definition.ts'
import type { StudyImage } from '../images.ts'
import { loadedBatches, type LoadedBatch } from '../load.ts'
import { targetLookup } from '../targets.ts'

/** Where the adversarial image of an attack is kept: 8-bit PNG of the surrogate's input size. */
export function adversarialPath(
  workspace: Workspace,
  surrogate: StoredModel,
  attack: Attack,
  image: StudyImage,
): string {
  const key = canonicalJson({ attack, preprocessing: surrogate.preprocessing, class: image.className })
  return join(
    workspace.path,
    'adversarial',
    createHash('sha256').update(key).digest('hex').slice(0, 16),
    `${image.digest}.png`,
  )
}

/** Makes adversarial images with a surrogate's gradient; opened at the first image that is missing. */
export interface Craft {
  readonly surrogate: StoredModel
  /** Makes those that are not on disk; the reasons for those that could not be made, by digest. */
  make(attack: Attack, images: StudyImage[]): Promise<Map<string, ErrorShape>>
  close(): Promise<void>
}

const batch = 8

export function openCraft(room: MeasureRoom, surrogateId: number): Craft {
  const surrogate = usableModel(room.workspace.db, surrogateId)
  const targetOf = targetLookup(surrogate)
  let session: AttackSession | null = null

  async function open(): Promise<AttackSession> {
    if (session) return session
    room.progress.note(`${surrogate.title}: building the backward pass`)
    const opened = await openWithFirst(room.settings, room.log, async (name) =>
      openAttackSession(await attackRequest(room, surrogate, name)),
    )
    session = opened.session
    return session
  }

  async function makeBatch(
    attack: Attack,
    { images, pixels, problems }: LoadedBatch,
    failed: Map<string, ErrorShape>,
  ): Promise<void> {
    const attacker = await open()
    const { images: made } = await attacker.attack({
      pixels,
      first: 0,
      batch,
      rows: images.length,
      targets: Int32Array.from(images, ({ className }) => targetOf(className)),
      keys: images.map(({ digest }) => digest),
      runs: [attack],
      keep: true,
    })
    const [height, width] = surrogate.preprocessing.size
    const values = height * width * 3
    for (const [row, image] of images.entries()) {
      const problem = problems[row]
      if (problem) failed.set(image.digest, problem)
      else if (made)
        await writePicture(
          adversarialPath(room.workspace, surrogate, attack, image),
          made.subarray(row * values, (row + 1) * values),
          height,
          width,
        )
    }
  }
  return {
    surrogate,
    async make(attack, images) {
      const failed = new Map<string, ErrorShape>()
      const missing = images.filter(
        (image) => !existsSync(adversarialPath(room.workspace, surrogate, attack, image)),
      )
      for await (const loaded of loadedBatches(room.pool, missing, surrogate.preprocessing, batch)) {
        if (room.context.signal.aborted) break
        await makeBatch(attack, loaded, failed)
      }
      return failed
    },
    async close() {
      await session?.close()
    },
  }
}

async function writePicture(path: string, image: Float32Array, height: number, width: number): Promise<void> {
  const pixels = Uint8Array.from(image, (value) => Math.round(value * 255))
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(`${path}.part`, await encodePng(pixels, height, width))
  await rename(`${path}.part`, path)
}
