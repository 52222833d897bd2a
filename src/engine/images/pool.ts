import { murmur128 } from '#shared/murmur.ts'
import { drawsEntry, onlyEntry, type Draws, type PixelTransform } from '#shared/transforms/index.ts'
import type { FilePath } from './file.ts'
import type { Geometry } from './geometry.ts'
import { Lane } from './lane.ts'
import type { Measurement } from './measure.ts'

/** One image and the versions of it that are wanted. */
export interface LoadRequest {
  path: FilePath
  /** Digest of the file, hex: the key of the cache and of every random draw. */
  imageKey: string
  preprocessing: Geometry
  transforms: { transform: PixelTransform; slot: number }[]
  /** Of the target: 8-bit levels (when left out), or float32 in [0,1] units, four bytes a value. */
  pixels?: 'uint8' | 'float32'
  /** The draws file, where a transform names one. */
  draws?: Draws | undefined
}

/** Worker threads that decode, preprocess and transform images. Errors are KernelscopeErrors, one per image. */
export interface ImagePool {
  /**
   * Decodes and resizes the image once (or takes it from the cache) and writes each version as uint8 [height, width, 3]
   * at slot * height * width * 3 of the target. Errors as `readPicture`; DRAWS_MALFORMED; IMAGE_UNREADABLE also when
   * the image ended a worker twice.
   */
  load(request: LoadRequest, target: SharedArrayBuffer): Promise<void>
  /** The pixels a model is shown, as PNG. Of a signal that aborts before its turn comes: CANCELLED. */
  input(
    request: Omit<LoadRequest, 'transforms'> & { transform: PixelTransform },
    signal?: AbortSignal,
  ): Promise<Buffer>
  /** Several versions of an image below one another as one PNG. CANCELLED as `input`. */
  strip(
    request: Omit<LoadRequest, 'transforms'> & { transforms: readonly PixelTransform[] },
    signal?: AbortSignal,
  ): Promise<Buffer>
  digestAndMeasure(path: FilePath, decodeFully?: boolean): Promise<Measurement>
  /** WebP, longest side at most `size`. */
  thumbnail(path: FilePath, size: number): Promise<Buffer>
  browserPicture(path: FilePath): Promise<{ type: string; bytes: Buffer }>
  /** Finishes what runs, rejects what waits with CANCELLED, ends the threads. */
  close(): Promise<void>
}

export interface ImagePoolOptions {
  /** Threads; one per core that is to decode. */
  workers: number
  /** Memory for decoded pictures, all workers together. */
  cacheBytes: number
  /** Another worker entry, for tests. */
  entry?: URL
}

const encoder = new TextEncoder()

/** Only the entry that this transform reads: the file may hold a million. */
function drawsFor(draws: Draws | undefined, transform: PixelTransform, imageKey: string): Draws | undefined {
  if (draws === undefined || transform.op !== 'patchDrop' || transform.draws === null) return undefined
  const { level, owner } = drawsEntry(transform, imageKey)
  return onlyEntry(draws, level, owner)
}

const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

export function createImagePool(options: ImagePoolOptions): ImagePool {
  const { workers, cacheBytes, entry } = options
  const lanes = Array.from({ length: workers }, () => new Lane(entry, Math.floor(cacheBytes / workers)))

  /** Always the same lane for an image, so that its cache is hit. */
  const laneOf = (imageKey: string) => lanes[murmur128(encoder.encode(imageKey))[0] % workers]!
  const freest = () => lanes.reduce((best, lane) => (lane.load < best.load ? lane : best))

  return {
    load({ path, imageKey, preprocessing, transforms, draws, pixels = 'uint8' }, target) {
      const steps = transforms.map(({ transform, slot }) => ({
        transform,
        slot,
        draws: drawsFor(draws, transform, imageKey),
      }))
      const task = {
        kind: 'load',
        path,
        imageKey,
        geometry: geometryOf(preprocessing),
        steps,
        pixels,
        target,
      } as const
      return laneOf(imageKey).run(task, false)
    },
    async strip({ path, imageKey, preprocessing, transforms }, signal) {
      const geometry = geometryOf(preprocessing)
      const task = { kind: 'strip' as const, path, imageKey, geometry, transforms: [...transforms] }
      return asBuffer(await laneOf(imageKey).run(task, true, signal))
    },
    async input({ path, imageKey, preprocessing, transform, draws }, signal) {
      const geometry = geometryOf(preprocessing)
      const entry = drawsFor(draws, transform, imageKey)
      const task = { kind: 'input', path, imageKey, geometry, transform, draws: entry } as const
      return asBuffer(await laneOf(imageKey).run(task, true, signal))
    },
    digestAndMeasure: (path, decodeFully = false) =>
      freest().run({ kind: 'measure', path, decodeFully }, false),
    async thumbnail(path, size) {
      return asBuffer(await freest().run({ kind: 'thumbnail', path, size }, true))
    },
    async browserPicture(path) {
      const { type, bytes } = await freest().run({ kind: 'browserPicture', path }, true)
      return { type, bytes: asBuffer(bytes) }
    },
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()))
    },
  }
}

/** Only what is needed crosses to the worker (a preprocessing may come as a reactive or larger object). */
const geometryOf = ({ size, resize, resizeTo, interpolation }: Geometry): Geometry => ({
  size: [size[0], size[1]],
  resize,
  resizeTo,
  interpolation,
})
