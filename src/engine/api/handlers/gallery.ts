import { basename } from 'node:path'
import {
  corruptionNames,
  deterministicCorruptions,
  frameCount,
  holdOutCorruptions,
  holdOutPerturbations,
  noisePerturbations,
  perturbationNames,
} from '#shared/transforms/index.ts'
import { corruptionParameters, frameText } from '../../images/index.ts'
import { openForGallery } from '../bytes/gallery.ts'
import { api } from '../session/implementation.ts'

export const gallery = {
  catalogue: api.gallery.catalogue.handler(() => ({
    corruptions: corruptionNames.map((name) => ({
      name,
      holdOut: holdOutCorruptions.includes(name),
      random: !deterministicCorruptions.includes(name),
      parameters: corruptionParameters[name],
    })),
    perturbations: perturbationNames.map((name) => ({
      name,
      holdOut: holdOutPerturbations.includes(name),
      noise: noisePerturbations.includes(name),
      frames: Array.from({ length: frameCount(name) }, (_, frame) => frameText(name, frame)),
    })),
  })),
  file: api.gallery.file.handler(async ({ input: { path }, context }) => {
    const { imageKey: key, width, height } = await openForGallery(context.session, path)
    return { key, name: basename(path), width, height }
  }),
}
