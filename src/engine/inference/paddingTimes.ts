import type { InferenceSession } from 'onnxruntime-node'
import { generator } from '#shared/random.ts'
import type { PaddingTrial } from '../onnx/index.ts'
import { createSession, floatTensor, outputValues } from './ort.ts'
import type { PaddingTimes, Runtime, TimingTask } from './protocol.ts'

/** Calls of each form. They alternate, so that other work on the machine slows both down; the fastest counts. */
const calls = 4

/** Runs trials, both forms in turn, on random images. */
export async function timePadding({ trials, runtime }: TimingTask): Promise<PaddingTimes[]> {
  const times: PaddingTimes[] = []
  for (const trial of trials) times.push(await timed(trial, runtime))
  return times
}

async function timed({ shape, plain, padded }: PaddingTrial, runtime: Runtime): Promise<PaddingTimes> {
  const sessions = [await createSession(plain, runtime), await createSession(padded, runtime)] as const
  const random = generator('images of a padding trial')
  const length = shape.reduce((product, size) => product * size, 1)
  const image = floatTensor(
    Float32Array.from({ length }, () => random.uniform() - 0.5),
    shape,
  )
  const once = async (session: InferenceSession) => {
    const started = performance.now()
    const { answer } = await session.run({ image })
    return { values: outputValues(answer, 'answer'), milliseconds: performance.now() - started }
  }
  try {
    const [wanted, found] = [await once(sessions[0]), await once(sessions[1])]
    const times: PaddingTimes = {
      plain: Infinity,
      padded: Infinity,
      same: isSame(wanted.values, found.values),
    }
    for (let call = 0; call < calls; call++) {
      times.plain = Math.min(times.plain, (await once(sessions[0])).milliseconds)
      times.padded = Math.min(times.padded, (await once(sessions[1])).milliseconds)
    }
    return times
  } finally {
    for (const session of sessions) await session.release()
  }
}

/** Whether all bits are the same. */
const isSame = (a: Float32Array, b: Float32Array) =>
  Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength))
