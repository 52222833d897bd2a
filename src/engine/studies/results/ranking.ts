import { isDeepStrictEqual } from 'node:util'
import { changesNothing, changeText } from '#shared/preprocessingChange.ts'
import { sampleSize } from '#shared/sampleWords.ts'
import { modelIdOf, placeOf } from '#shared/shownModel.ts'
import { nextTurn } from '../../base/nextTurn.ts'
import { canonicalJson } from '#shared/canonical.ts'
import type { PreprocessingChange, Ranking, RankingInput, Study } from '#shared/contract/index.ts'
import { holm } from '#shared/maths/holm.ts'
import { getDataset } from '../../datasets/index.ts'
import { markedTitle } from '#shared/preprocessing.ts'
import { getModel, listModels } from '../../models/index.ts'
import type { Db, WorkspaceFiles } from '../../workspace/index.ts'
import { paperValues } from '../summary/paper.ts'
import { studyView } from './result.ts'
import { datasetOf } from '../store/settled.ts'
import { listStudies } from '../store/store.ts'
import { pairsOfModels, testOfPairs } from '../summary/pairs.ts'
import type { GridModel, Metric } from '../definition/index.ts'
import { studyDefinitions } from '../registry.ts'

interface RankedValue extends Metric {
  studyId: number
  /** The model with its facts, as its study reads them. */
  model: GridModel | undefined
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
  /** What it changes of the preprocessing of the models; null where that is their own. */
  change: PreprocessingChange | null
  values: Map<number, RankedValue>
}

/** A key that is equal for values that may share a column: same images, same parameters, same change of preprocessing. */
const scopeOf = ({ datasetId, sample, subset, params }: Study, change: PreprocessingChange | null) =>
  canonicalJson({ datasetId, sample, subset: subset?.key ?? null, params, ...(change ? { change } : {}) })

/** What a study changes of the preprocessing of one of its models; null where that is the model's own. */
function changeOf({ preprocessings }: Study, id: number): PreprocessingChange | null {
  const { name: _, ...change } = preprocessings?.[placeOf(id)] ?? {}
  return changesNothing(change) ? null : change
}

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
    for (const study of studies.filter((entry) => entry.kind === kind)) {
      const { view, grid } = await studyView(workspace, study.id, false)
      for (const metric of view.metrics ?? []) {
        const model = grid.models.find(({ id }) => id === metric.modelId)
        const modelId = modelIdOf(metric.modelId)
        const change = changeOf(study, metric.modelId)
        if (wanted.has(modelId) && metric.value !== null)
          take(columns, study, change, { ...metric, modelId, studyId: study.id, model })
      }
    }
  const tables = printed()
  const shown = [...columns.values()]
  const tests = await testsOf(db, shown, reference ?? null)
  const models = [...wanted].map((id) => ({ modelId: id, title: markedTitle(getModel(db, id)) }))
  return {
    metrics: shown.map(({ key, metric, title, unit, better, study, change, values }) => ({
      key,
      metric,
      title: titleOf(
        change ? `${title} · ${changeText(change)}` : title,
        study,
        shown
          .filter((other) => other.metric === metric && isDeepStrictEqual(other.change, change))
          .map((other) => other.study),
      ),
      dataset: getDataset(db, datasetOf(study)).title,
      unit,
      better,
      images: {
        least: Math.min(...[...values.values()].map(({ n }) => n)),
        most: Math.max(...[...values.values()].map(({ n }) => n)),
      },
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
            condition: own.condition ?? null,
            interpolated: own.interpolated ?? false,
            test: tests.get(own) ?? null,
          },
        ]
      }),
    })),
    reported: paperValues(({ source }) => tables.has(source)),
  }
}

type Test = NonNullable<Ranking['models'][number]['values'][number]['test']>

/**
 * Tests every model against the reference, column by column, where both values are the top-1 of one condition. All tests
 * together are the family of Holm's correction.
 */
async function testsOf(
  db: Db,
  columns: readonly RankedColumn[],
  reference: number | null,
): Promise<Map<RankedValue, Test>> {
  const found: { value: RankedValue; test: Omit<Test, 'adjusted'> }[] = []
  for (const { values } of columns) {
    const base = reference === null ? undefined : values.get(reference)
    for (const value of values.values()) {
      if (!base || value === base) continue
      const test = testBetween(db, value, base)
      if (test) found.push({ value, test })
      await nextTurn()
    }
  }
  const adjusted = holm(found.map(({ test }) => test.p))
  return new Map(found.map(({ value, test }, at) => [value, { ...test, adjusted: adjusted[at] ?? 1 }]))
}

function testBetween(db: Db, own: RankedValue, base: RankedValue): Omit<Test, 'adjusted'> | null {
  if (!own.model || !base.model || own.cell === undefined || own.cell !== base.cell) return null
  const counts = pairsOfModels(db, own.model, base.model, own.cell)
  const test = counts && testOfPairs(counts)
  if (!test) return null
  const { difference, interval, n, p } = test
  return { difference, interval, n, p }
}

const sampleOf = ({ sample }: Study) => (sample === null ? 'all images' : sampleSize(sample))

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
function take(
  columns: Map<string, RankedColumn>,
  study: Study,
  change: PreprocessingChange | null,
  found: RankedValue,
): void {
  const { key: metric, title, unit, better, modelId } = found
  const place = `${metric} ${scopeOf(study, change)}`
  const alike = [...columns.values()].filter((column) => column.metric === metric).length
  const column = columns.get(place) ?? {
    key: alike === 0 ? metric : `${metric}#${alike + 1}`,
    metric,
    ...{ title, unit, better, study, change },
    values: new Map<number, RankedValue>(),
  }
  columns.set(place, column)
  if (!column.values.has(modelId)) column.values.set(modelId, found)
}
