import type { Dataset, PaperEntry, PaperNeed, PaperPage, Study } from '#shared/contract/index.ts'
import { modelIdOf } from '#shared/shownModel.ts'
import { nextTurn } from '../../base/nextTurn.ts'
import { listDatasets } from '../../datasets/index.ts'
import { listModels, type StoredModel } from '../../models/index.ts'
import type { WorkspaceFiles } from '../../workspace/index.ts'
import { asPublished, repeatedPreset } from '../results/repeats.ts'
import { studyView } from '../results/result.ts'
import { studyDefinition } from '../registry.ts'
import { listStudies } from '../store/store.ts'
import { isImagenet } from '../summary/answers.ts'
import { paperSays } from '../summary/paper.ts'
import type { Metric } from '../definition/index.ts'
import { entries, entryId, type Entry } from './entries.ts'
import { isPaperModel } from './models.ts'
import { printedNumbers, type Printed } from './printed.ts'
import type { Measured } from './readings.ts'
import { commandOf, datasetKindOf, datasetName, repeating, toldOf, type Repeating } from './studies.ts'

/** A stored study on data like the paper's. */
interface Candidate {
  study: Study
  dataset: string
  measured: Measured
  asPublished: boolean
}

/**
 * The paper, table by table: what repeats each, what of it the workspace has, the paper's numbers and those measured here.
 * Numbers are compared where the images are ImageNet's and the model looks like the paper's. Reads stored facts only.
 */
export async function paperPage(workspace: WorkspaceFiles): Promise<PaperPage> {
  const { db } = workspace
  const models = listModels(db)
  const datasets = listDatasets(db)
  const studies = listStudies(db)
  const printed = printedNumbers()
  const kinds = new Set(printed.flatMap(({ reading }) => reading?.kind ?? []))
  const candidates = await candidatesOf(workspace, studies, datasets, kinds)
  return {
    entries: entries.map((entry) => {
      const own = printed.filter(({ source }) => source === entry.title)
      const needed = modelsOf(entry, own).map((name) => needOf(name, models))
      return {
        ...{ id: entryId(entry), title: entry.title, section: entry.section, shows: entry.shows },
        statements: paperSays().flatMap(({ source, statement }) =>
          source === entry.title ? [statement] : [],
        ),
        models: needed,
        studies: repeating(entry.title).map((one) => studyOf(one, needed, datasets, studies)),
        numbers: own.map((number) => withOurs(number, models, candidates)),
      }
    }),
  }
}

/** The paper's models of an entry, each once. */
export const modelsOf = ({ models }: Entry, printed: readonly Printed[]): string[] => [
  ...new Set([...printed.map(({ model }) => model), ...models]),
]

const needOf = (name: string, models: readonly StoredModel[]): PaperNeed => ({
  name,
  found: models.filter((model) => isPaperModel(name, model)).map(({ id, title }) => ({ id, title })),
})

/** Whether a dataset is the paper's, by its kind and classes. A part of it counts. */
const isPaperData = (dataset: Dataset, kind: string): boolean =>
  isImagenet(dataset) &&
  (dataset.recognised === kind ||
    (kind === 'imagenet-val' && ['folders', 'csv'].includes(dataset.recognised)))

function studyOf(
  one: Repeating,
  needed: readonly PaperNeed[],
  datasets: readonly Dataset[],
  studies: readonly Study[],
): PaperEntry['studies'][number] {
  const { definition, preset } = one
  const kind = datasetKindOf(definition)
  const found = kind === null ? [] : datasets.filter((dataset) => isPaperData(dataset, kind))
  // Models that are only for saliency are no models of the study.
  const measured = needed.filter(({ name }) => !name.startsWith('DINO')).flatMap((need) => need.found)
  const titles = [...new Set(measured.map(({ title }) => title))]
  const [modelIds, datasetIds] = [measured, found].map((some) => new Set(some.map(({ id }) => id)))
  return {
    ...toldOf(one),
    dataset:
      kind === null
        ? null
        : { name: datasetName(kind), found: found.map(({ id, title }) => ({ id, title })) },
    command: commandOf(one, titles, found[0]?.title ?? null),
    studyId:
      studies.find(
        (study) =>
          study.kind === definition.id &&
          repeatedPreset(definition, study)?.id === preset.id &&
          study.modelIds.some((id) => modelIds?.has(id)) &&
          (study.datasetId === null || datasetIds?.has(study.datasetId)),
      )?.id ?? null,
  }
}

/** The studies whose numbers may stand beside the paper's, those as published first, then the newest first. */
async function candidatesOf(
  workspace: WorkspaceFiles,
  studies: readonly Study[],
  datasets: readonly Dataset[],
  kinds: ReadonlySet<string>,
): Promise<Candidate[]> {
  const found: Candidate[] = []
  for (const study of studies) {
    const definition = studyDefinition(study.kind)
    const kind = datasetKindOf(definition)
    const dataset = datasets.find(({ id }) => id === study.datasetId)
    if (!kinds.has(study.kind) || !dataset || kind === null || !isPaperData(dataset, kind)) continue
    const { grid, view } = await studyView(workspace, study.id, false)
    found.push({
      study,
      dataset: dataset.title,
      measured: { grid, metrics: view.metrics ?? [] },
      asPublished: asPublished(definition, study),
    })
    await nextTurn()
  }
  return found.sort((a, b) => Number(b.asPublished) - Number(a.asPublished))
}

/** Puts the numbers measured here beside one of the paper: for each model that looks like the paper's, from the first study that has it. */
function withOurs(
  { reading, source: _, ...number }: Printed,
  models: readonly StoredModel[],
  candidates: readonly Candidate[],
): PaperEntry['numbers'][number] {
  if (!reading) return { ...number, ours: [] }
  const own = candidates.filter(({ study }) => study.kind === reading.kind)
  const ours = models
    .filter((model) => isPaperModel(number.model, model))
    .flatMap(({ id, title }) => {
      for (const candidate of own) {
        const shown = candidate.measured.grid.models.find((model) => modelIdOf(model.id) === id)
        const metric = shown && reading.read(candidate.measured, shown.id)
        if (metric?.value != null) return [compared(metric, metric.value, number.printed, title, candidate)]
      }
      return []
    })
  return { ...number, ours }
}

function compared(
  { modelId, unit, interval, n }: Metric,
  value: number,
  printed: number,
  title: string,
  { study, dataset, asPublished: exact }: Candidate,
): PaperEntry['numbers'][number]['ours'][number] {
  // The paper prints per cent and percentage points.
  const scale = unit === 'number' ? 1 : 100
  const scaled = interval && { ...interval, lo: scale * interval.lo, hi: scale * interval.hi }
  return {
    ...{ modelId: modelIdOf(modelId), title, value: scale * value, interval: scaled, n },
    difference: scale * value - printed,
    differenceInterval: scaled && { ...scaled, lo: scaled.lo - printed, hi: scaled.hi - printed },
    ...{ studyId: study.id, dataset, asPublished: exact },
  }
}
