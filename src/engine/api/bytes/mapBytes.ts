import type { AttentionReading } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { encodePng } from '../../images/index.ts'
import { readingOutput } from '../../onnx/index.ts'
import {
  floatPart,
  floatsOfPart,
  magnitudes,
  signedSums,
  type KeptMap,
  type Part,
} from '../../saliency/index.ts'
import type { EngineSession } from '../session/session.ts'
import { floats, png, type ByteAnswer } from './answer.ts'

/**
 * Answers with the image that was the model's input for a result.
 *
 * @throws MAP_EXPIRED where the result is no longer kept
 */
export async function shownPixels(session: EngineSession, { key }: { key: string }): Promise<ByteAnswer> {
  const { shape, bytes } = part(session, key, ['attention', 'saliency'], 'shown')
  const [height = 0, width = 0] = shape
  return png(await encodePng(bytes, height, width))
}

/**
 * Answers with the attention of a layer: [heads, rows, columns], or [1, rows, columns] for rollout.
 *
 * @throws MAP_EXPIRED where the result is no longer kept
 * @throws USAGE where it has no such layer
 */
export async function attentionLayer(
  session: EngineSession,
  { key, layer, reading }: { key: string; layer: number; reading: AttentionReading },
): Promise<ByteAnswer> {
  return floatsOf(part(session, key, ['attention'], readingOutput(reading, layer)))
}

/**
 * Answers with sums over the channels [height, width], or with the values of the channels, [height, width, 3] or
 * [height, width, 1].
 *
 * @throws MAP_EXPIRED where the result is no longer kept
 */
export async function saliencyMap(
  session: EngineSession,
  { key, as }: { key: string; as: 'magnitude' | 'signed' | 'channels' },
): Promise<ByteAnswer> {
  const channels = part(session, key, ['saliency'], 'channels')
  if (as === 'channels') return floatsOf(channels)
  const depth = channels.shape[2] ?? 3
  const values = (as === 'magnitude' ? magnitudes : signedSums)(floatsOfPart(channels), depth)
  return floatsOf(floatPart(values, channels.shape.slice(0, 2)))
}

/**
 * Answers with the contribution of each input pixel [height, width].
 *
 * @throws MAP_EXPIRED where the result is no longer kept
 */
export async function receptiveField(session: EngineSession, { key }: { key: string }): Promise<ByteAnswer> {
  return floatsOf(part(session, key, ['receptiveField'], 'contribution'))
}

const floatsOf = ({ bytes, shape }: Part): ByteAnswer => floats(bytes, shape)

/** Returns an array of a kept result by its name. */
function part(session: EngineSession, key: string, kinds: KeptMap['kind'][], name: string): Part {
  const db = session.opened?.workspace.db ?? null
  const { kind, parts } = session.inspections.kept.get(db, key, kinds)
  const found = parts[name]
  if (found) return found
  throw new KernelscopeError('USAGE', `no such part of this ${kind}: ${name}`)
}
