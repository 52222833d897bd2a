import type { InferenceSession } from 'onnxruntime-node'
import { generator } from '#shared/random.ts'
import type { PaddingTrial } from '../onnx/index.ts'
import { createSession, floatTensor, outputValues } from './ort.ts'
import type { PaddingTimes, TimingTask } from './protocol.ts'

/** Calls of each form end after so many, or so many milliseconds of both together. At least two count. */
const most = { calls: 16, milliseconds: 60 }

/** One thread, so that its computing can be told from waiting. */
const runtime = { provider: 'cpu', threads: 1 } as const

/**
 * Starts a clock that gives milliseconds: those that passed or those that this process computed, whichever are fewer. Other
 * programs take time, other threads of this process compute. Windows counts what is computed in steps of 16 ms, so there it
 * is the time that passed.
 */
function clock(): () => number {
  const [started, before] = [performance.now(), process.cpuUsage()]
  return () => {
    const passed = performance.now() - started
    const { user, system } = process.cpuUsage(before)
    return process.platform === 'win32' ? passed : Math.min(passed, (user + system) / 1000)
  }
}

/** Runs trials on the CPU, both forms in turn, on random images. The fastest call counts. */
export async function timePadding({ trials }: TimingTask): Promise<PaddingTimes[]> {
  const times: PaddingTimes[] = []
  for (const trial of trials) times.push(await timed(trial))
  return times
}

async function timed({ shape, plain, padded }: PaddingTrial): Promise<PaddingTimes> {
  const sessions = [await createSession(plain, runtime), await createSession(padded, runtime)] as const
  const random = generator('images of a padding trial')
  const length = shape.reduce((product, size) => product * size, 1)
  const image = floatTensor(
    Float32Array.from({ length }, () => random.uniform() - 0.5),
    shape,
  )
  const once = async (session: InferenceSession) => {
    const spent = clock()
    const { answer } = await session.run({ image })
    return { milliseconds: spent(), values: outputValues(answer, 'answer') }
  }
  try {
    const same = isSame((await once(sessions[0])).values, (await once(sessions[1])).values)
    const times: PaddingTimes = { plain: Infinity, padded: Infinity, same }
    const spent = clock()
    for (let call = 0; call < 2 || (call < most.calls && spent() < most.milliseconds); call++) {
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
