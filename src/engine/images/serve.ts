import { PictureCache } from './cache.ts'
import { browserPicture, encodePng, thumbnail } from './encode.ts'
import type { FilePath } from './file.ts'
import { geometryKey, type Geometry } from './geometry.ts'
import { digestAndMeasure } from './measure.ts'
import type { Picture } from './picture.ts'
import { preprocess } from './preprocess.ts'
import type { Results, Task } from './protocol.ts'
import { applyTransform } from './transforms/index.ts'

/** Carries out the tasks of an image worker; decoded pictures are kept up to `cacheBytes`. */
export function taskServer(cacheBytes: number): (task: Task) => Promise<Results[Task['kind']]> {
  const cache = new PictureCache(cacheBytes)

  async function base(path: FilePath, imageKey: string, geometry: Geometry): Promise<Picture> {
    const key = `${imageKey} ${geometryKey(geometry)}`
    const known = cache.get(key)
    if (known !== undefined) return known
    const picture = await preprocess(path, geometry)
    cache.set(key, picture)
    return picture
  }

  async function load(task: Extract<Task, { kind: 'load' }>): Promise<undefined> {
    const picture = await base(task.path, task.imageKey, task.geometry)
    const target = new Uint8Array(task.target)
    for (const { transform, slot, draws } of task.steps) {
      const { pixels } = applyTransform(picture, transform, { imageKey: task.imageKey, draws })
      target.set(pixels, slot * pixels.length)
    }
  }

  return async (task) => {
    switch (task.kind) {
      case 'load':
        return load(task)
      case 'input': {
        const { imageKey, transform, draws } = task
        const picture = await base(task.path, imageKey, task.geometry)
        const { pixels, height, width } = applyTransform(picture, transform, { imageKey, draws })
        return encodePng(pixels, height, width)
      }
      case 'measure':
        return digestAndMeasure(task.path, task.decodeFully)
      case 'thumbnail':
        return thumbnail(task.path, task.size)
      case 'browserPicture':
        return browserPicture(task.path)
    }
  }
}
