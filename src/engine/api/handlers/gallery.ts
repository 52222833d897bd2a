import { basename } from 'node:path'
import {
  corruptionNames,
  frameCount,
  imagenetC15,
  imagenetCHoldOut,
  imagenetP10,
  imagenetPHoldOut,
  noisePerturbations,
  perturbationNames,
} from '#shared/transforms/index.ts'
import { openForGallery } from '../bytes/gallery.ts'
import { corruptions, frameText } from '../../images/index.ts'
import { api } from '../session/implementation.ts'

export const gallery = {
  catalogue: api.gallery.catalogue.handler(() => ({
    corruptions: corruptionNames.map((name) => ({
      name,
      role: roleOf(name, imagenetC15, imagenetCHoldOut),
      random: !corruptions[name].deterministic,
      parameters: corruptions[name].parameters,
    })),
    perturbations: perturbationNames.map((name) => ({
      name,
      role: roleOf(name, imagenetP10, imagenetPHoldOut),
      noise: noisePerturbations.includes(name),
      frames: Array.from({ length: frameCount(name) }, (_, frame) => frameText(name, frame)),
    })),
  })),
  file: api.gallery.file.handler(async ({ input: { path }, context }) => {
    const { imageKey: key, width, height } = await openForGallery(context.session, path)
    return { key, name: basename(path), width, height }
  }),
}

const roleOf = (name: string, benchmark: readonly string[], holdOut: readonly string[]) =>
  benchmark.includes(name) ? 'benchmark' : holdOut.includes(name) ? 'hold-out' : null
