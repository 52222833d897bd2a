import { KernelscopeError } from '#shared/errors.ts'
import { lastNoise, picturesOf, readsOutside, type PixelTransform } from '#shared/transforms/index.ts'
import { browserPicture, encodePng, thumbnail } from './encode.ts'
import type { ImagePath } from './file.ts'
import { applyGeometry, applyResize, geometryKey, type Geometry } from './geometry.ts'
import { digestAndMeasure } from './measure.ts'
import type { Picture } from './picture.ts'
import { readPicture } from './preprocess.ts'
import type { NamedPictures, Results, TransformSlot, Task } from './protocol.ts'
import { bandNoiseFloats } from './transforms/bandNoise.ts'
import { applyTransform } from './transforms/index.ts'
import { dropPatches } from './transforms/patchDrop.ts'
import { LruMap } from '../base/lruMap.ts'

/** What each byte is as a float, where 1 is white. */
const unit = Float32Array.from({ length: 256 }, (_, value) => value / 255)

interface ImageSource {
  path: ImagePath
  imageKey: string
  geometry: Geometry
  pictures: NamedPictures
}
/** Pictures that transforms name stay decoded in a worker: five of at most a few megabytes each. */
const mostNamed = 64 * 2 ** 20

type SourceTransform = Pick<TransformSlot, 'transform' | 'draws'>

/** The digest that the image must have: its key, where that is one. */
const digestOf = (imageKey: string): string | undefined =>
  /^[0-9a-f]{64}$/.test(imageKey) ? imageKey : undefined

/** A picture that a transform names, but that nobody has given. */
const notAtHand = (digest: string) =>
  new KernelscopeError('FILE_MISSING', `the picture of ice with sha256 ${digest} is not at hand`, {
    hint: 'Run the study again with the folder of the pictures frost1 to frost5: they are kept in the workspace then.',
  })

/** Runs the tasks of an image worker. Caches decoded pictures of up to `cacheBytes` bytes. */
export function taskServer(cacheBytes: number): (task: Task) => Promise<Results[Task['kind']]> {
  const cache = new LruMap<string, Picture>(cacheBytes, ({ pixels }) => pixels.length)

  const named = new LruMap<string, Picture>(mostNamed, ({ pixels }) => pixels.length)

  /** The pictures that a transform names, which have those digests. */
  const namedBy = (transform: PixelTransform, paths: NamedPictures): Promise<Picture[]> =>
    Promise.all(
      picturesOf(transform).map(async (digest) => {
        const known = named.get(digest)
        if (known !== undefined) return known
        const path = paths[digest]
        if (path === undefined) throw notAtHand(digest)
        const decoded = await readPicture(path, digest)
        named.set(digest, decoded)
        return decoded
      }),
    )

  async function picture(
    path: ImagePath,
    imageKey: string,
    geometry: Geometry,
    cropped: boolean,
  ): Promise<Picture> {
    const key = `${imageKey} ${geometryKey(geometry)} ${cropped}`
    const known = cache.get(key)
    if (known !== undefined) return known
    const decoded = await readPicture(path, digestOf(imageKey))
    const made = cropped ? applyGeometry(decoded, geometry) : applyResize(decoded, geometry)
    // A picture that fills the whole cache would drop all others.
    if (made.pixels.length <= cacheBytes) cache.set(key, made)
    return made
  }

  /** The image at the model's input size, under the transform. */
  async function prepared(
    { path, imageKey, geometry, pictures }: ImageSource,
    { transform, draws }: SourceTransform,
  ): Promise<Picture> {
    const crop = await picture(path, imageKey, geometry, true)
    const whole = readsOutside(transform) ? await picture(path, imageKey, geometry, false) : crop
    const given = await namedBy(transform, pictures)
    return applyTransform(crop, transform, { imageKey, draws, whole: () => whole, pictures: given })
  }

  async function load(task: Extract<Task, { kind: 'load' }>): Promise<void> {
    if (task.pixels === 'float32') return loadFloats(task)
    const target = new Uint8Array(task.target)
    for (const { transform, slot, draws } of task.steps) {
      if (transform.op === 'patchDrop') {
        // Made in its place: a picture for each mask would be garbage at once.
        const crop = await picture(task.path, task.imageKey, task.geometry, true)
        const first = slot * crop.pixels.length
        const pixels = target.subarray(first, first + crop.pixels.length)
        pixels.set(crop.pixels)
        dropPatches({ ...crop, pixels }, transform, { imageKey: task.imageKey, draws })
      } else {
        const { pixels } = await prepared(task, { transform, draws })
        target.set(pixels, slot * pixels.length)
      }
    }
  }

  async function loadFloats(task: Extract<Task, { kind: 'load' }>): Promise<void> {
    const target = new Float32Array(task.target)
    for (const step of task.steps) {
      const { transform, slot } = step
      const noisy = lastNoise(transform)
      if (noisy) {
        const before = await prepared(task, { transform: noisy.before, draws: undefined })
        target.set(bandNoiseFloats(before, noisy.noise, task.imageKey), slot * before.pixels.length)
      } else {
        const { pixels } = await prepared(task, step)
        const first = slot * pixels.length
        for (let at = 0; at < pixels.length; at++) target[first + at] = unit[pixels[at] ?? 0] ?? 0
      }
    }
  }

  async function strip(task: Extract<Task, { kind: 'strip' }>): Promise<Uint8Array> {
    const [height, width] = task.geometry.size
    const pixels = new Uint8Array(task.transforms.length * height * width * 3)
    for (const [place, transform] of task.transforms.entries())
      pixels.set((await prepared(task, { transform, draws: undefined })).pixels, place * height * width * 3)
    return encodePng(pixels, task.transforms.length * height, width)
  }

  return async (task) => {
    switch (task.kind) {
      case 'load': {
        const started = performance.now()
        await load(task)
        return performance.now() - started
      }
      case 'input': {
        const { pixels, height, width } = await prepared(task, task)
        return encodePng(pixels, height, width)
      }
      case 'strip':
        return strip(task)
      case 'measure':
        return digestAndMeasure(task.path, task.decodeFully)
      case 'thumbnail':
        return thumbnail(task.path, task.size)
      case 'browserPicture':
        return browserPicture(task.path)
    }
  }
}
