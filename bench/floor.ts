import '#engine/base/noTelemetry.ts'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { rate } from './report.ts'

/** The upper limit of every study: images per second of a model's graph on prepared float batches. */
export async function floorOf(
  path: string,
  [height, width]: readonly [number, number],
  batch: number,
  threads = 0,
  provider = 'cpu',
): Promise<number> {
  const session = await InferenceSession.create(path, {
    executionProviders: [provider],
    interOpNumThreads: 1,
    ...(threads > 0 ? { intraOpNumThreads: threads } : {}),
  })
  const [input = ''] = session.inputNames
  const data = Float32Array.from({ length: batch * 3 * height * width }, (_, i) => Math.sin(i))
  const feeds = { [input]: new Tensor('float32', data, [batch, 3, height, width]) }
  const perSecond = batch * (await rate(() => session.run(feeds), 4))
  await session.release()
  return perSecond
}
