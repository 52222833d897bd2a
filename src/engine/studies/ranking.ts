import type { Ranking, RankingInput } from '#shared/contract/index.ts'
import { getModel, listModels } from '../models/index.ts'
import type { Workspace } from '../workspace/index.ts'
import type { Metric } from './definition.ts'
import { paperValues } from './paper.ts'
import { studyView } from './result.ts'
import { listStudies } from './store.ts'

/** Kinds whose views give metrics, in the order of the columns. */
const ranked = [
  'clean-accuracy',
  'imagenet-a',
  'imagenet-c',
  'imagenet-o',
  'imagenet-p',
  'imagenet-r',
  'imagenet-9',
] as const

interface Found extends Metric {
  studyId: number
}

/**
 * Models by metrics, each value from the latest study that has it, with its interval and its difference from the
 * reference model (Tables 5 and 6). Only stored facts are read.
 */
export async function ranking(workspace: Workspace, { modelIds, reference }: RankingInput): Promise<Ranking> {
  const { db } = workspace
  const wanted = new Set(modelIds ?? listModels(db).map(({ id }) => id))
  const found = new Map<string, Found>()
  const columns = new Map<string, Ranking['metrics'][number]>()
  for (const kind of ranked) {
    for (const study of listStudies(db).filter((entry) => entry.kind === kind)) {
      for (const metric of (await studyView(workspace, study.id)).view.metrics ?? []) {
        const { key, title, unit, better, modelId, value } = metric
        const place = `${key} ${modelId}`
        if (!wanted.has(modelId) || value === null || found.has(place)) continue
        found.set(place, { ...metric, studyId: study.id })
        if (!columns.has(key)) columns.set(key, { key, title, unit, better })
      }
    }
  }
  const of = (key: string, modelId: number) => found.get(`${key} ${modelId}`)
  const models = [...wanted].map((id) => ({ modelId: id, title: getModel(db, id).title }))
  return {
    metrics: [...columns.values()],
    reference: reference ?? null,
    models: models.map((model) => ({
      ...model,
      values: [...columns.keys()].flatMap((key) => {
        const own = of(key, model.modelId)
        if (!own || own.value === null) return []
        const base = reference == null ? undefined : of(key, reference)?.value
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
    reported: paperValues(({ source }) => source === 'Table 5' || source === 'Table 6'),
  }
}
