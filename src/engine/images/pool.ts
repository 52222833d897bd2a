import { murmur128 } from '#shared/murmur.ts'
import {
  drawsEntry,
  onlyEntry,
  picturesOf,
  type Draws,
  type PixelTransform,
} from '#shared/transforms/index.ts'
import { located } from './file.ts'
import type { FilePath } from '../base/userFile.ts'
import type { Geometry } from './geometry.ts'
import { ImageWorker } from './imageWorker.ts'
import type { Measurement } from './measure.ts'
import type { NamedPictures } from './protocol.ts'

/** A request for one image under several transforms. */
export interface LoadRequest {
  path: FilePath
  /**
   * Key of the cache and of every random draw. The file must have this SHA-256 where it is one (64 hex digits); with any
   * other key it is taken as it is.
   */
  imageKey: string
  preprocessing: Geometry
  transforms: { transform: PixelTransform; slot: number }[]
  /** Type of the target's values: uint8 in 0..255 (the default), or float32 where 1 is white. */
  pixels?: 'uint8' | 'float32'
  /** Contents of the draws file that a transform names. */
  draws?: Draws | undefined
}

/** Worker threads that decode, preprocess and transform images. */
export interface ImagePool {
  /**
   * Decodes and resizes an image once, or takes it from the cache. Writes its pixels under each transform, [height, width,
   * 3], from value slot * height * width * 3 of the target on.
   *
   * @throws the errors of `readPicture`, FILE_CHANGED among them where the file has another digest than its key
   * @throws DRAWS_MALFORMED where the draws file does not fit the transform
   * @throws IMAGE_UNREADABLE where the image ended a worker twice
   * @throws CANCELLED where the pool is closed
   */
  load(request: LoadRequest, target: SharedArrayBuffer): Promise<void>
  /** Milliseconds that the workers have spent on `load`, added up over all of them. */
  worked(): number
  readonly workers: number
  /**
   * The input pixels of a model as PNG.
   *
   * @throws CANCELLED where the signal is aborted, or the pool closed, before the work begins
   */
  input(
    request: Omit<LoadRequest, 'transforms'> & { transform: PixelTransform },
    signal?: AbortSignal,
  ): Promise<Buffer>
  /**
   * One PNG with the image under several transforms, one below the other.
   *
   * @throws CANCELLED where the signal is aborted, or the pool closed, before the work begins
   */
  strip(
    request: Omit<LoadRequest, 'transforms'> & { transforms: readonly PixelTransform[] },
    signal?: AbortSignal,
  ): Promise<Buffer>
  digestAndMeasure(path: FilePath, decodeFully?: boolean): Promise<Measurement>
  /**
   * A WebP picture of at most `size` pixels on its longer side.
   *
   * @throws CANCELLED where the signal is aborted, or the pool closed, before the work begins
   */
  thumbnail(path: FilePath, size: number, signal?: AbortSignal): Promise<Buffer>
  browserPicture(path: FilePath): Promise<{ type: string; bytes: Buffer }>
  /**
   * Gives the paths of picture files that transforms name, by their SHA-256 (hex), beside those of `pictureAt`. A worker
   * checks the digest when it reads one.
   */
  lend(pictures: ReadonlyMap<string, string>): void
  /** Waits for running tasks, rejects waiting ones with CANCELLED, and ends the threads. */
  close(): Promise<void>
}

export interface ImagePoolOptions {
  /** Number of threads: one for each core that is to decode. */
  workers: number
  /** Bytes of memory for decoded pictures, over all workers. */
  cacheBytes: number
  /** The path of a picture file that transforms name by its SHA-256, hex; null where it is not at hand. */
  pictureAt?: (digest: string) => string | null
  /** Another worker entry, and another limit of its memory in MiB, for tests. */
  entry?: URL
  mebibytes?: number
}

const encoder = new TextEncoder()

/** Only the entry of the file that the transform reads, because a file may have a million entries. */
function drawsFor(draws: Draws | undefined, transform: PixelTransform, imageKey: string): Draws | undefined {
  if (draws === undefined || transform.op !== 'patchDrop' || transform.draws === null) return undefined
  const { level, owner } = drawsEntry(transform, imageKey)
  return onlyEntry(draws, level, owner)
}

const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Starts an image pool. */
export function createImagePool(options: ImagePoolOptions): ImagePool {
  const { workers, cacheBytes, entry, mebibytes, pictureAt = () => null } = options
  const threads = Array.from(
    { length: workers },
    () => new ImageWorker(entry, Math.floor(cacheBytes / workers), mebibytes),
  )

  /** An image always goes to the same worker, which may have it in its cache. */
  const workerOf = (imageKey: string) => threads[murmur128(encoder.encode(imageKey))[0] % workers]!
  const leastLoaded = () => threads.reduce((best, thread) => (thread.load < best.load ? thread : best))

  const lent = new Map<string, string>()

  /** The paths of the pictures that transforms name. The worker says which of them is missing. */
  const namedBy = (transforms: readonly PixelTransform[]): NamedPictures =>
    Object.fromEntries(
      [...new Set(transforms.flatMap(picturesOf))].flatMap((digest) => {
        const path = pictureAt(digest) ?? lent.get(digest) ?? null
        return path === null ? [] : [[digest, path]]
      }),
    )

  let worked = 0

  return {
    workers,
    worked: () => worked,
    async load({ path, imageKey, preprocessing, transforms, draws, pixels = 'uint8' }, target) {
      const steps = transforms.map(({ transform, slot }) => ({
        transform,
        slot,
        draws: drawsFor(draws, transform, imageKey),
      }))
      const task = {
        kind: 'load',
        path: await located(path),
        imageKey,
        geometry: geometryOf(preprocessing),
        steps,
        pictures: namedBy(transforms.map(({ transform }) => transform)),
        pixels,
        target,
      } as const
      worked += await workerOf(imageKey).run(task, false)
    },
    async strip({ path, imageKey, preprocessing, transforms }, signal) {
      const geometry = geometryOf(preprocessing)
      const task = {
        kind: 'strip' as const,
        path: await located(path),
        imageKey,
        geometry,
        transforms: [...transforms],
        pictures: namedBy(transforms),
      }
      return asBuffer(await workerOf(imageKey).run(task, true, signal))
    },
    async input({ path, imageKey, preprocessing, transform, draws }, signal) {
      const geometry = geometryOf(preprocessing)
      const entry = drawsFor(draws, transform, imageKey)
      const task = {
        kind: 'input',
        path: await located(path),
        imageKey,
        geometry,
        transform,
        draws: entry,
        pictures: namedBy([transform]),
      } as const
      return asBuffer(await workerOf(imageKey).run(task, true, signal))
    },
    async digestAndMeasure(from, decodeFully = false) {
      const path = await located(from)
      return leastLoaded().run({ kind: 'measure', path, decodeFully }, false)
    },
    async thumbnail(from, size, signal) {
      const path = await located(from)
      return asBuffer(await leastLoaded().run({ kind: 'thumbnail', path, size }, true, signal))
    },
    async browserPicture(from) {
      const path = await located(from)
      const { type, bytes } = await leastLoaded().run({ kind: 'browserPicture', path }, true)
      return { type, bytes: asBuffer(bytes) }
    },
    lend(pictures) {
      for (const [digest, path] of pictures) lent.set(digest, path)
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()))
    },
  }
}

/** A plain copy for the worker, because a preprocessing may be a reactive or larger object. */
const geometryOf = ({ size, resize, resizeTo, interpolation, border }: Geometry): Geometry => ({
  size: [size[0], size[1]],
  resize,
  resizeTo,
  interpolation,
  ...(border === undefined ? {} : { border }),
})
