import type { KernelForm } from '#shared/contract/index.ts'
import { parseTransform, asPixelTransform } from '#shared/transform.ts'
import { locateImage, preprocessingFor } from '../../datasets/index.ts'
import { conditionTransform } from '../../facts/index.ts'
import { getComposition } from '../../figures/index.ts'
import { fileOf, usableModel } from '../../models/index.ts'
import { onGraphThread } from '../../onnx/index.ts'
import { drawsOfTransform } from '../../studies/index.ts'
import type { EngineSession } from '../session/session.ts'
import { floats, png, type ByteAnswer } from './answer.ts'
import { withData } from './panels.ts'

/**
 * Answers with an image as the model's input, under a stored condition or a transform in its canonical text.
 *
 * @throws IMAGE_NOT_FOUND, MODEL_NOT_FOUND, STUDY_NOT_FOUND where the image, the model or the condition does not exist
 */
export async function inputPicture(
  session: EngineSession,
  asked: {
    image: number
    model: number
    condition?: number | undefined
    transform?: string | undefined
  },
): Promise<ByteAnswer> {
  const given = asked.transform === undefined ? null : parseTransform(asked.transform)
  const { workspace } = session.open()
  const { image, path, digest } = locateImage(workspace.db, asked.image)
  const model = usableModel(workspace.db, asked.model)
  const stored = asked.condition === undefined ? null : conditionTransform(workspace.db, asked.condition)
  const chosen = asPixelTransform(given ?? stored ?? { op: 'identity' })
  const imageKey = digest?.toString('hex') ?? ''
  const { className } = image
  const draws = await drawsOfTransform(workspace, chosen, { digest: imageKey, className })
  return png(
    await session.pool.input({
      path,
      imageKey,
      preprocessing: preprocessingFor(workspace.db, image.datasetId, model),
      transform: chosen,
      draws,
    }),
  )
}

/** Answers with a composed figure as SVG, as it is exported. Its text is outlines, so that it needs no font. */
export async function compositionPreview(
  session: EngineSession,
  { figure }: { figure: number },
): Promise<ByteAnswer> {
  const opened = session.open()
  const { composition } = await withData(opened, getComposition(opened.workspace.db, figure).composition)
  const content = { kind: 'composed', composition } as const
  const bytes = await session.press.render({ content, format: 'svg', dpi: 72, text: 'outlines' })
  return { type: 'image/svg+xml', bytes }
}

/** Answers with the weights of a depthwise layer, [channels, kernel, kernel]. */
export async function kernelWeights(
  session: EngineSession,
  { model, layer, form }: { model: number; layer: number; form: KernelForm },
): Promise<ByteAnswer> {
  const file = fileOf(session.db, model)
  const { channels, kernel, weights } = await onGraphThread({ kind: 'kernelSheet', ...file, layer, form })
  return floats(new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength), [
    channels,
    kernel,
    kernel,
  ])
}
