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
import { floats, png, type Answer } from './answer.ts'

/** The pixels a model was shown for a result. */
export async function shownPixels(session: EngineSession, { key }: { key: string }): Promise<Answer> {
  const { shape, bytes } = part(session, key, ['attention', 'saliency'], 'shown')
  const [height = 0, width = 0] = shape
  return png(await encodePng(bytes, height, width))
}

export async function attentionLayer(
  session: EngineSession,
  { key, layer, reading }: { key: string; layer: number; reading: AttentionReading },
): Promise<Answer> {
  return floatsOf(part(session, key, ['attention'], readingOutput(reading, layer)))
}

/** Sums over the channels [height, width], or the attributions [height, width, 3]. */
export async function saliencyMap(
  session: EngineSession,
  { key, as }: { key: string; as: 'magnitude' | 'signed' | 'channels' },
): Promise<Answer> {
  const channels = part(session, key, ['saliency'], 'channels')
  if (as === 'channels') return floatsOf(channels)
  const values = (as === 'magnitude' ? magnitudes : signedSums)(floatsOfPart(channels))
  return floatsOf(floatPart(values, channels.shape.slice(0, 2)))
}

export async function receptiveField(session: EngineSession, { key }: { key: string }): Promise<Answer> {
  return floatsOf(part(session, key, ['receptiveField'], 'contribution'))
}

const floatsOf = ({ bytes, shape }: Part): Answer => floats(bytes, shape)

/** An array of a result that is kept. Throws MAP_EXPIRED, USAGE where the result has none of that name. */
function part(session: EngineSession, key: string, kinds: KeptMap['kind'][], name: string): Part {
  const db = session.opened?.workspace.db ?? null
  const { kind, parts } = session.inspections.kept.get(db, key, kinds)
  const found = parts[name]
  if (found) return found
  throw new KernelscopeError('USAGE', `no such part of this ${kind}: ${name}`)
}
