import { canonicalJson } from '#shared/canonical.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { unitFloats } from '#shared/maths/unit.ts'
import { openTensors, type Answers, type TensorSession } from '../inference/index.ts'
import { openWithFirst, writeGraph, type StoredModel } from '../models/index.ts'
import { pixelsInput, type Tap } from '../onnx/index.ts'
import type { MeasureRoom } from './definition.ts'
import type { StudyImage } from './images.ts'
import { loadImages } from './load.ts'
import { measurementStore, storedVectors } from './measurements.ts'

/** What is read of a model's inside, image by image. */
export interface Probe {
  /** The key under which the vectors are kept. */
  rewrite: Rewrite
  /** File name part of the probed graph. */
  name: string
  /** What is read of a model's graph. */
  taps(model: StoredModel): Promise<Tap[]>
  /** The vector of one image from the tapped tensors of a batch. */
  vectorOf(outputs: Answers['tensors']['outputs'], row: number): number[]
}

/** Images per run of a probed graph. */
const batch = 8

/** Reads the vectors of images that have none yet and stores them. */
export async function probeImages(room: MeasureRoom, images: StudyImage[], wanted: Probe): Promise<void> {
  const { workspace, model, context, progress } = room
  const stored = storedVectors(workspace.db, model, wanted.rewrite)
  const missing = images.filter(({ subjectId }) => !stored.has(subjectId))
  progress.expect(images.length)
  progress.add({ computed: 0, cached: images.length - missing.length, failed: 0 })
  if (missing.length === 0) return
  progress.note(`${model.title}: opening`)
  const { session, provider, outputs } = await openProbe(room, wanted)
  progress.note(`${model.title} on ${provider}, probed, batch ${batch}`)
  try {
    const { keepVector } = measurementStore(workspace.db, { model, provider, rewrite: wanted.rewrite })
    for (let at = 0; at < missing.length && !context.signal.aborted; at += batch) {
      const part = missing.slice(at, at + batch)
      const { floats, failed } = await loadFloats(room, part)
      context.enterNative()
      const answer = await runProbe(session, model, floats, outputs)
      workspace.db.transaction(() => {
        for (const [row, image] of part.entries()) {
          if (!failed[row]) keepVector(image.subjectId, wanted.vectorOf(answer, row))
        }
      })()
      const bad = failed.filter(Boolean).length
      progress.add({ computed: part.length - bad, cached: 0, failed: bad })
    }
  } finally {
    await session.close()
  }
}

/** Opens the probed graph with the first provider that works. */
export async function openProbe({ workspace, model, settings, log }: MeasureRoom, { name, taps }: Probe) {
  const tapped = await taps(model)
  const plan = { op: 'probe', normalisation: model.preprocessing, taps: tapped } as const
  const path = await writeGraph(workspace, model, name, plan)
  const { session, provider } = await openWithFirst(settings, log, (chosen) =>
    openTensors({ path, provider: chosen, threads: settings.threads }),
  )
  return { session, provider: provider.name, outputs: tapped.map(({ as }) => as) }
}

/** Images as float32 [batch, height, width, 3] in [0,1]; the batch is as large as the list. */
export async function loadFloats({ pool, model }: MeasureRoom, images: StudyImage[]) {
  const { pixels, problems } = await loadImages(pool, images, model.preprocessing, images.length)
  return { floats: unitFloats(new Uint8Array(pixels)), failed: problems }
}

export async function runProbe(
  session: TensorSession,
  { preprocessing }: StoredModel,
  floats: Float32Array,
  outputs: string[],
) {
  const [height, width] = preprocessing.size
  const shape = [floats.length / (height * width * 3), height, width, 3]
  return (await session.run([{ name: pixelsInput, data: floats, shape }], outputs)).outputs
}

/** Text that is equal for equal sets of images in the same order. */
export const setKey = (images: StudyImage[]): string => canonicalJson(images.map(({ digest }) => digest))
