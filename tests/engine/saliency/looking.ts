import type { Part } from '#engine/saliency/index.ts'

/** The result at the end of a stream of progress. */
export async function resultOf<T>(
  stream: Promise<AsyncIterable<{ type: 'progress' } | { type: 'result'; result: T }>>,
): Promise<T> {
  for await (const event of await stream) if (event.type === 'result') return event.result
  throw new Error('the stream ended without a result')
}

/** The floats of a part. */
export function pixelsOf(part: Part | undefined): Float32Array {
  if (!part) throw new Error('there is no such part')
  return new Float32Array(part.bytes.slice().buffer)
}
