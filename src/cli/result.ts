import { studyState, studyStateText } from '#shared/studyState.ts'
import type { Study, StudyResult } from '#shared/contract/index.ts'
import { formatDataTable, formatInterval, formatTable, percent, printable } from './format.ts'

/** The JSON form of a study's result: conditions, tests, tables, provenance, and figures by id. */
export function resultDocument(study: Study, result: StudyResult) {
  const { id, kind, title, params, modelIds, datasetId, sample, preprocessings, job } = study
  return {
    study: {
      id,
      kind,
      title,
      params,
      modelIds,
      datasetId,
      sample,
      preprocessings,
      state: job?.state ?? null,
    },
    state: result.state,
    complete: result.complete,
    answers: result.answers,
    ...(result.stopped ? { stopped: result.stopped } : {}),
    conditions: result.conditions,
    tests: result.tests,
    tables: result.tables,
    figures: result.figures.map((figure) => ({ id: figure.id, title: figure.title })),
    reported: result.reported,
    failures: result.failures,
    ...(result.changed ? { changed: result.changed } : {}),
    provenance: result.provenance,
  }
}

export function describeResult(study: Study, result: StudyResult): string {
  const failed = result.conditions.some((condition) => condition.failed > 0)
  const begun = result.conditions.some(({ sequence }) => sequence)
  const conditions = formatTable(
    [
      { title: 'Model' },
      { title: 'Condition' },
      { title: 'n', right: true },
      { title: 'Right', right: true },
      { title: 'Top-1', right: true },
      { title: begun ? 'Population, 95 %' : '95 %', right: true },
      ...(begun ? [{ title: 'All images, 95 %', right: true }] : []),
      { title: 'Top-5', right: true },
      ...(failed ? [{ title: 'Failed', right: true }] : []),
    ],
    result.conditions.map((cell) => [
      cell.model,
      cell.key,
      String(cell.n),
      String(cell.correct),
      percent(cell.top1),
      formatInterval(cell.interval),
      ...(begun ? [formatInterval(cell.sequence ?? null)] : []),
      percent(cell.top5),
      ...(failed ? [String(cell.failed)] : []),
    ]),
    'nothing measured yet',
  )
  const tables = result.tables.map((table) => `${table.title}\n${formatDataTable(table)}`)
  const reported = result.reported.map(
    ({ model, text, value, unit, source }) =>
      `${source}: ${[model, text].filter(Boolean).join(', ')}${value === null ? '' : `, ${value} ${unit}`}\n`,
  )
  const titles = new Map(result.conditions.map(({ modelId, model }) => [modelId, model]))
  const failures = result.failures.map(
    ({ modelId, code, message, n }) =>
      `${titles.get(modelId) ?? `model ${modelId}`}: ${n} × ${code}, first: ${printable(message)}\n`,
  )
  const state = studyState(result)
  return [
    `study ${study.id}: ${study.title}${state === 'complete' ? '' : ` (${studyStateText(result)})`}\n`,
    ...(result.conditions.length > 0 || state === 'empty' || tables.length === 0 ? [conditions] : []),
    ...(state === 'empty' ? [] : tables),
    ...(result.changed ?? []).map((line) => `${line}\n`),
    ...(failures.length > 0 ? [`Not measured:\n${failures.join('')}`] : []),
    ...(reported.length > 0 ? [`The paper:\n${reported.join('')}`] : []),
    result.provenance.map((line) => `${line}\n`).join(''),
  ].join('\n')
}
