import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { figureSpec, type FigureSpec } from '#shared/figures/spec.ts'

/** Folder of figures of the sample's studies, as `kernelscope figure --format json` writes them, without `ref`. */
export const sampleFolder = join(import.meta.dirname, 'specs')

/** A figure of a study of the sample, by the name of its file. */
export const sample = (name: string): FigureSpec =>
  figureSpec.parse(JSON.parse(readFileSync(join(sampleFolder, `${name}.json`), 'utf8')))
