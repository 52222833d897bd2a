import { describe, expect, it } from 'vitest'
import { findBatch, type Session } from '#engine/inference/index.ts'
import { KernelscopeError, type ErrorCode } from '#shared/errors.ts'

/** A session that takes `perCall` plus `perImage` milliseconds, and fails from a batch size on. */
const session = (
  perCall: number,
  perImage: number,
  failsFrom = Infinity,
  code: ErrorCode = 'OUT_OF_MEMORY',
) =>
  ({
    request: { path: 'net.onnx', height: 4, width: 4, pixelType: 'uint8' },
    outputs: ({ batch }: { batch: number }) =>
      batch >= failsFrom
        ? Promise.reject(new KernelscopeError(code, 'no room'))
        : Promise.resolve({ outputs: new Float32Array(), milliseconds: perCall + perImage * batch }),
  }) as unknown as Session

describe('the batch size of a trial', () => {
  it('is 1 where every image takes as long as the one before', async () => {
    expect(await findBatch(session(0, 10))).toEqual({ batch: 1, imagesPerSecond: 100 })
  })

  it('is the smallest that the next two do not beat by 5 %', async () => {
    // Milliseconds an image: 24, 22, 21, 20.5, 20.25, 20.125. 4 does not beat 2 by 5 %, 8 does; nothing beats 8.
    expect((await findBatch(session(4, 20))).batch).toBe(8)
    expect((await findBatch(session(100, 1))).batch).toBe(64)
  })

  it('is 1 where an image has other outputs beside another than alone', async () => {
    const mixing = (by: number) => {
      const { request } = session(100, 1)
      const outputs = ({ batch }: { batch: number }) =>
        Promise.resolve({ outputs: Float32Array.of(1, 2 + (batch > 1 ? by : 0)), milliseconds: 100 + batch })
      return { request, outputs } as unknown as Session
    }
    expect((await findBatch(mixing(0.2))).batch).toBe(1)
    expect((await findBatch(mixing(1e-6))).batch).toBe(64)
  })

  it.each(['OUT_OF_MEMORY', 'INFERENCE_FAILED'] as const)(
    'stays below a batch that ends as %s',
    async (code) => {
      expect((await findBatch(session(100, 1, 16, code))).batch).toBe(8)
    },
  )

  it.each(['OUT_OF_MEMORY', 'INFERENCE_FAILED'] as const)(
    'is refused where one image ends as %s',
    async (code) => {
      await expect(findBatch(session(1, 1, 1, code))).rejects.toMatchObject({ code })
    },
  )
})
