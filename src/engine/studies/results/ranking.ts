import { canonicalJson } from '#shared/canonical.ts'
import type { Ranking, RankingInput, Study } from '#shared/contract/index.ts'
import { getDataset } from '../../datasets/index.ts'
import { markedTitle } from '#shared/preprocessing.ts'
import { getModel, listModels } from '../../models/index.ts'
import type { WorkspaceFiles } from '../../workspace/index.ts'
import { paperValues } from '../summary/paper.ts'
import { studyView } from './result.ts'
import { listStudies } from '../store/store.ts'
import type { Metric } from '../definition/index.ts'
import { studyDefinitions } from '../registry.ts'

interface RankedValue extends Metric {
  studyId: number
}

interface RankedColumn {
  key: string
  /** The key of the metric alone. `key` also tells columns of the same metric apart. */
  metric: string
  title: string
  unit: Metric['unit']
  better: Metric['better']
  /** The study whose images and parameters the values were measured with. */
  study: Study
  values: Map<number, RankedValue>
}

/** A key that is equal for studies whose values may share a column: same images, same parameters. */
const scopeOf = ({ datasetId, sample, params }: Study) => canonicalJson({ datasetId, sample, params })

/**
 * Ranks models by metrics. Each value comes from the latest study that has it, with its interval and its
 * difference from the reference model (Tables 5 and 6). Values of other images or other parameters never
 * share a column. Reads stored facts only.
 */
export async function ranking(
  workspace: WorkspaceFiles,
  { modelIds, reference }: RankingInput,
): Promise<Ranking> {
  const { db } = workspace
  const wanted = new Set(
    modelIds ??
      listModels(db)
        .filter(({ role }) => role === 'classifier')
        .map(({ id }) => id),
  )
  const columns = new Map<string, RankedColumn>()
  const studies = listStudies(db)
  for (const { id: kind } of studyDefinitions.filter(({ ranked }) => ranked))
    for (const study of studies.filter((entry) => entry.kind === kind))
      for (const metric of (await studyView(workspace, study.id, false)).view.metrics ?? [])
        if (wanted.has(metric.modelId) && metric.value !== null) take(columns, study, metric)
  const tables = printed()
  const shown = [...columns.values()]
  const models = [...wanted].map((id) => ({ modelId: id, title: markedTitle(getModel(db, id)) }))
  return {
    metrics: shown.map(({ key, metric, title, unit, better, study }) => ({
      key,
      metric,
      title: titleOf(
        title,
        study,
        shown.filter((other) => other.metric === metric).map((other) => other.study),
      ),
      dataset: getDataset(db, study.datasetId).title,
      unit,
      better,
    })),
    reference: reference ?? null,
    models: models.map((model) => ({
      ...model,
      values: shown.flatMap(({ key, values }) => {
        const own = values.get(model.modelId)
        if (!own || own.value === null) return []
        const base = reference == null ? undefined : values.get(reference)?.value
        return [
          {
            key,
            value: own.value,
            interval: own.interval,
            n: own.n,
            delta: base == null ? null : own.value - base,
            studyId: own.studyId,
          },
        ]
      }),
    })),
    reported: paperValues(({ source }) => tables.has(source)),
  }
}

const sampleOf = ({ sample }: Study) => (sample === null ? 'all images' : `${sample.perClass} per class`)

/** Ways to name studies so that they can be told apart, the shortest first. */
const names: readonly ((study: Study) => string)[] = [
  ({ title }) => title,
  (study) => `${study.title}, ${sampleOf(study)}`,
  ({ title, id }) => `${title}, study ${id}`,
]

/** The title of a metric. Where several studies have it, the name of the study is added. */
function titleOf(title: string, study: Study, alike: readonly Study[]): string {
  if (alike.length < 2) return title
  const name = names.find((way) => new Set(alike.map(way)).size === alike.length) ?? names.at(-1)
  return `${title} · ${name?.(study) ?? study.title}`
}

/** Tables of the paper whose metrics the studies measure. */
const printed = () => new Set(studyDefinitions.flatMap(({ printedIn = [] }) => printedIn))

/**
 * Puts a value into the column of its images and parameters. Studies come newest first: a value that is there
 * stays.
 */
function take(columns: Map<string, RankedColumn>, study: Study, found: Metric): void {
  const { key: metric, title, unit, better, modelId } = found
  const place = `${metric} ${scopeOf(study)}`
  const alike = [...columns.values()].filter((column) => column.metric === metric).length
  const column = columns.get(place) ?? {
    key: alike === 0 ? metric : `${metric}#${alike + 1}`,
    metric,
    ...{ title, unit, better, study },
    values: new Map<number, RankedValue>(),
  }
  columns.set(place, column)
  if (!column.values.has(modelId)) column.values.set(modelId, { ...found, studyId: study.id })
}
