import type { DistanceDefinition } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape, type ErrorShape } from '#shared/errors.ts'
import {
  kernelSheetSpec,
  type Composition,
  type Panel,
  type PanelSource,
} from '#shared/figures/compose/index.ts'
import { kernelDistanceSpec } from '#shared/figures/kernelDistance.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { fileOfModel, listModels, usableModel } from '../../models/index.ts'
import { onGraphThread } from '../../onnx/index.ts'
import { listStudies } from '../../studies/index.ts'
import { version } from '../../base/version.ts'
import type { Workspace } from '../../workspace/index.ts'
import type { OpenWorkspace } from '../session/openWorkspace.ts'

/** A composition whose panels carry their data. */
export interface FilledComposition {
  composition: Composition
  /** Models, data and versions behind the panels. */
  provenance: string[]
  /** Why a panel has no data, by panel id. */
  problems: ReadonlyMap<string, ErrorShape>
}

/**
 * Fetches the data of all panels. A panel whose source is missing is left out and has a problem.
 *
 * @throws CANCELLED where the request was cancelled or the workspace was closed meanwhile: that tells nothing of a panel
 */
export async function withData(
  opened: OpenWorkspace | null,
  composition: Composition,
): Promise<FilledComposition> {
  const problems = new Map<string, ErrorShape>()
  const provenance = new Set<string>()
  const panels: Panel[] = []
  for (const panel of composition.panels) {
    try {
      const { spec, notes } = await dataOf(opened, panel.source)
      for (const note of notes) provenance.add(note)
      panels.push({ ...panel, source: { kind: 'data', spec } })
    } catch (error) {
      const problem = toErrorShape(error)
      if (problem.code === 'CANCELLED') throw error
      problems.set(panel.id, problem)
    }
  }
  provenance.add(`Kernelscope ${version}.`)
  return { composition: { ...composition, panels }, provenance: [...provenance], problems }
}

/**
 * Fetches the data of all panels, and refuses a composition with a panel that has none.
 *
 * @throws WORKSPACE_CLOSED, STUDY_NOT_FOUND, FIGURE_NOT_FOUND, MODEL_NOT_FOUND, MODEL_UNSUPPORTED where the source of a
 *   panel is missing
 */
export async function completeData(
  opened: OpenWorkspace | null,
  composition: Composition,
): Promise<FilledComposition> {
  const found = await withData(opened, composition)
  const [first] = found.problems
  if (!first) return found
  const [panel, { code, message, hint }] = first
  throw new KernelscopeError(code, `panel ${panel}: ${message}`, { hint })
}

async function dataOf(
  opened: OpenWorkspace | null,
  source: PanelSource,
): Promise<{ spec: FigureSpec; notes: readonly string[] }> {
  if (source.kind === 'data') return { spec: source.spec, notes: [] }
  if (!opened)
    throw new KernelscopeError(
      'WORKSPACE_CLOSED',
      'the figure takes data from a workspace, but no workspace is open',
    )
  const { workspace, reader } = opened
  if (source.kind === 'study') {
    const study = named(listStudies(workspace.db), source.study)
    if (!study) throw new KernelscopeError('STUDY_NOT_FOUND', `there is no study ${source.study}`)
    const { figures, provenance } = await reader.ask({ kind: 'result', id: study.id })
    const spec = figures.find(({ id }) => id === source.figure)
    if (spec) return { spec, notes: provenance }
    throw new KernelscopeError(
      'FIGURE_NOT_FOUND',
      `the study ${study.title} has no figure ${source.figure}`,
      {
        hint: `There are ${figures.map(({ id }) => id).join(', ') || 'none yet'}.`,
      },
    )
  }
  return kernelPanel(workspace, source)
}

async function kernelPanel(
  workspace: Workspace,
  { model: name, show }: Extract<PanelSource, { kind: 'kernels' }>,
) {
  const found = named(listModels(workspace.db), name)
  if (!found) throw new KernelscopeError('MODEL_NOT_FOUND', `there is no model ${name}`)
  const model = usableModel(workspace.db, found.id)
  const notes = [`${model.title}: sha256 ${model.digest.slice(0, 12)}.`]
  const file = fileOfModel(model)
  const layersBy = (definition: DistanceDefinition) =>
    onGraphThread({ kind: 'kernels', ...file, definition, form: 'raw' })
  if (show.as === 'distance') {
    const layers = await layersBy(show.definition)
    const chosen = layers.filter(({ index }) => show.layers?.includes(index) ?? true)
    return { spec: kernelDistanceSpec(chosen, show.definition, model.title), notes }
  }
  const layer = (await layersBy('normalised')).find(({ index }) => index === show.layer)
  if (!layer)
    throw new KernelscopeError('MODEL_UNSUPPORTED', `${model.title} has no depthwise layer ${show.layer}`)
  const sheet = await onGraphThread({
    kind: 'kernelSheet',
    ...file,
    layer: show.layer,
    form: 'raw',
  })
  const { channels, kernel, weights } = sheet
  const all = show.order === 'distance' ? layer.order : Array.from({ length: channels }, (_, at) => at)
  const kernels = { name: layer.weight, kernel, weights, channels: all.slice(0, show.channels) }
  return { spec: kernelSheetSpec(kernels, model.title, show.order, show.scale), notes }
}

/** Finds a row by its id, or by its title; the first, which is the newest, where several have the title. */
const named = <T extends { id: number; title: string }>(rows: readonly T[], name: number | string) =>
  rows.find(({ id }) => id === name) ?? rows.find(({ title }) => title === name)
