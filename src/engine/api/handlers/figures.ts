import { join } from 'node:path'
import { withChoice } from '#shared/figures/intervals.ts'
import type { FigureSpec, IntervalChoice } from '#shared/figures/spec.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { kernelDistanceSpec } from '#shared/figures/kernelDistance.ts'
import { wordsOf } from '#shared/figures/paperTable.ts'
import type { FigureFormat } from '#shared/contract/index.ts'
import { writeFigure, writeTable, type Folder, type Press } from '../../figures/index.ts'
import { fileOfModel, usableModel } from '../../models/index.ts'
import { onGraphThread } from '../../onnx/index.ts'
import { version } from '../../base/version.ts'
import { exportsOf, type Workspace } from '../../workspace/index.ts'
import { api } from '../session/implementation.ts'

/** The shared folder of figures that belong to no study or model. `owner` identifies the figure. */
export const sharedFolder = (workspace: Workspace, owner: string): Folder => ({
  shared: join(exportsOf(workspace), 'figures'),
  owner,
})

const madeWith = `Kernelscope ${version}.`

export const figures = {
  export: api.figures.export.handler(async ({ input, context, signal }) => {
    const { workspace, reader } = context.session.open()
    const result = await reader.ask({ kind: 'result', id: input.studyId }, signal)
    const chosen = named('figure', result.figures, input.figureIds)
    const directory = input.directory ?? join(exportsOf(workspace), `study-${input.studyId}`)
    const provenance = [...result.provenance, madeWith]
    return { files: await writeFigures(context.session.press, chosen, directory, input, provenance) }
  }),
  exportTables: api.figures.exportTables.handler(async ({ input, context, signal }) => {
    const { workspace, reader } = context.session.open()
    const result = await reader.ask({ kind: 'result', id: input.studyId }, signal)
    const directory = input.directory ?? join(exportsOf(workspace), `study-${input.studyId}`)
    const words = {
      ...wordsOf(result),
      provenance: [...result.provenance, madeWith],
      long: input.long,
    }
    const files = []
    for (const table of named('table', result.tables, input.tableIds))
      files.push(...(await writeTable(table, input.formats, directory, words)))
    return { files }
  }),
  exportKernels: api.figures.exportKernels.handler(async ({ input, context }) => {
    const { workspace } = context.session.open()
    const model = usableModel(workspace.db, input.modelId)
    const layers = await onGraphThread({
      kind: 'kernels',
      ...fileOfModel(model),
      definition: input.definition,
      form: input.form,
    })
    const chosen = input.layers ? layers.filter(({ index }) => input.layers?.includes(index)) : layers
    const directory = input.directory ?? join(exportsOf(workspace), `model-${model.id}`)
    const spec = kernelDistanceSpec(chosen, input.definition, model.title)
    return { files: await writeFigures(context.session.press, [spec], directory, input) }
  }),
  exportSpec: api.figures.exportSpec.handler(async ({ input, context }) => {
    const folder = input.directory ?? sharedFolder(context.session.open().workspace, `spec ${input.spec.id}`)
    return { files: await writeFigures(context.session.press, [input.spec], folder, input) }
  }),
}

/** Selects figures or tables of a study by id; all of them where no ids are given. */
function named<T extends { id: string }>(
  what: string,
  all: readonly T[],
  ids: readonly string[] | undefined,
): T[] {
  const unknown = ids?.find((id) => !all.some((entry) => entry.id === id))
  if (unknown !== undefined) {
    const known = all.map(({ id }) => id).join(', ')
    throw new KernelscopeError('STUDY_PARAMS', `the study has no ${what} ${unknown}; there are ${known}`)
  }
  return all.filter(({ id }) => ids?.includes(id) ?? true)
}

interface ExportOptions {
  formats: FigureFormat[]
  width: number
  dpi: number
  height?: number | undefined
  fontSize?: number | undefined
  typeface?: 'sans' | 'serif' | undefined
  title?: boolean | undefined
  intervals?: IntervalChoice | undefined
}

/** Writes figures in every format into a folder; `width` and `height` are in inches, `fontSize` in points. */
export async function writeFigures(
  press: Press,
  specs: readonly FigureSpec[],
  folder: Folder,
  { formats, width, height, dpi, fontSize, typeface, title, intervals }: ExportOptions,
  provenance: readonly string[] = [madeWith],
) {
  const options = { widthInches: width, heightInches: height, dpi, fontSize, typeface, title }
  const files = []
  for (const spec of specs)
    files.push(
      ...(await writeFigure(press.render, withChoice(spec, intervals), formats, folder, options, provenance)),
    )
  return files
}
