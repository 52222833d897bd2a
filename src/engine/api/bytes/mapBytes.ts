import { z } from 'zod'
import { attentionReading } from '#shared/contract/index.ts'
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
import type { Answer } from './server.ts'
import type { EngineSession } from '../session/session.ts'

const attentionQuery = z.object({ layer: z.coerce.number().int().min(0), reading: attentionReading })
const saliencyQuery = z.object({ as: z.enum(['magnitude', 'signed', 'channels']).default('magnitude') })

/** Arrays and pictures of results that are kept, by their key. */
export async function mapBytes(
  session: EngineSession,
  address: 'attention' | 'saliency' | 'receptive-field' | 'shown',
  key: string,
  query: URLSearchParams,
): Promise<Answer> {
  const db = session.opened?.workspace.db ?? null
  const kept = (...kinds: KeptMap['kind'][]) => session.looking.kept.get(db, key, kinds)
  switch (address) {
    case 'shown': {
      const { shape, bytes } = part(kept('attention', 'saliency'), 'shown')
      const [height = 0, width = 0] = shape
      return { type: 'image/png', bytes: await encodePng(bytes, height, width) }
    }
    case 'attention': {
      const { layer, reading } = parsed(attentionQuery, query)
      return floats(part(kept('attention'), readingOutput(reading, layer)))
    }
    case 'saliency': {
      const { as } = parsed(saliencyQuery, query)
      const channels = part(kept('saliency'), 'channels')
      if (as === 'channels') return floats(channels)
      const values = (as === 'magnitude' ? magnitudes : signedSums)(floatsOfPart(channels))
      return floats(floatPart(values, channels.shape.slice(0, 2)))
    }
    case 'receptive-field':
      return floats(part(kept('receptiveField'), 'contribution'))
  }
}

function part({ kind, parts }: KeptMap, name: string): Part {
  const found = parts[name]
  if (found) return found
  throw new KernelscopeError('USAGE', `no such part of this ${kind}: ${name}`)
}

function parsed<T extends z.ZodType>(schema: T, query: URLSearchParams): z.output<T> {
  const result = schema.safeParse(Object.fromEntries(query))
  if (result.success) return result.data
  throw new KernelscopeError('USAGE', `invalid address: ${z.prettifyError(result.error)}`)
}

const floats = ({ bytes, shape }: Part): Answer => ({
  type: 'application/octet-stream',
  bytes,
  headers: { 'x-shape': shape.join() },
})
