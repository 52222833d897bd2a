import { join } from 'node:path'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { kernelDistanceSpec } from '#shared/figures/kernelDistance.ts'
import type { FigureFormat } from '#shared/contract/index.ts'
import { usableModel } from '../models/index.ts'
import { kernelLayers, readModel } from '../onnx/index.ts'
import { studyResult } from '../studies/index.ts'
import { api } from './implementation.ts'

export const figures = {
  export: api.figures.export.handler(async ({ input, context }) => {
    const { workspace } = context.session.open()
    const result = await studyResult(workspace, input.studyId)
    const wanted = input.figureIds
    const chosen = wanted ? result.figures.filter(({ id }) => wanted.includes(id)) : result.figures
    const unknown = wanted?.find((id) => !result.figures.some((figure) => figure.id === id))
    if (unknown !== undefined) {
      const known = result.figures.map(({ id }) => id).join(', ')
      throw new KernelscopeError('STUDY_PARAMS', `the study has no figure ${unknown}; there are ${known}`)
    }
    const directory = input.directory ?? join(workspace.exports, `study-${input.studyId}`)
    return { files: await writeAll(chosen, directory, input) }
  }),
  exportKernels: api.figures.exportKernels.handler(async ({ input, context }) => {
    const { workspace } = context.session.open()
    const model = usableModel(workspace.db, input.modelId)
    const layers = await kernelLayers(await readModel(model.path), input.definition)
    const chosen = input.layers ? layers.filter(({ index }) => input.layers?.includes(index)) : layers
    const directory = input.directory ?? join(workspace.exports, `model-${model.id}`)
    return {
      files: await writeAll([kernelDistanceSpec(chosen, input.definition, model.title)], directory, input),
    }
  }),
}

/** The drawing library is large and seldom needed: it is loaded with the first figure. */
async function writeAll(
  specs: FigureSpec[],
  directory: string,
  { formats, width, dpi }: { formats: FigureFormat[]; width: number; dpi: number },
) {
  const { writeFigure } = await import('../figures/index.ts')
  const files = []
  for (const spec of specs)
    files.push(...(await writeFigure(spec, formats, directory, { widthInches: width, dpi })))
  return files
}
