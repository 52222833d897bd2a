import { classTitle, outputTitle } from '#shared/classNames.ts'
import { currentKey } from '#shared/cellRef.ts'
import type { Study, StudyRow } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { modelIdOf } from '#shared/shownModel.ts'
import type { Client } from './client.ts'
import { formatTable, percent } from './format.ts'
import { findNamed, namedStudy, shownTitles } from './named.ts'
import { pointKeys, pointRows, pointTable, type PointRow } from './pointRows.ts'
import type { CliSession, GlobalOptions } from './session.ts'

export interface RowFlags extends GlobalOptions {
  model?: string[]
  key?: string[]
  sort?: 'largest' | 'smallest'
}

type PrintedRow = { modelId: number; model: string; key: string } & StudyRow

/**
 * Prints every measured image of a study, or those of the named models and conditions. For a study without conditions
 * it prints the images behind the named points, with their values there.
 * @throws USAGE where a key is unknown or missing, or where --sort is given for a study with conditions;
 * MODEL_NOT_FOUND where a model is not in the study
 */
export async function printRows(session: CliSession, name: string, options: RowFlags): Promise<void> {
  const client = await session.openWorkspace(options)
  const study = await namedStudy(client, name, session)
  const { conditions, figures } = await client.studies.result({ id: study.id })
  const points = conditions.length === 0 ? await pointsOf(client, study, figures) : []
  const wanted = options.model
    ? new Set(options.model.map((model) => modelOf([...conditions, ...points], model, session)))
    : undefined
  const keys = options.key?.map(currentKey)
  const known = [...new Set([...conditions, ...points].map(({ key }) => key))]
  const unknown = keys?.find((key) => !known.includes(key))
  if (unknown !== undefined)
    throw new KernelscopeError('USAGE', `unknown key: ${unknown}`, {
      hint: `There are ${known.join(' ')}.`,
    })
  if (points.length > 0) {
    if (!keys)
      throw new KernelscopeError('USAGE', 'no point: name one or several with --key', {
        hint: `There are ${known.join(' ')}.`,
      })
    const found: PointRow[] = []
    for (const point of points)
      if ((!wanted || wanted.has(point.modelId)) && keys.includes(point.key))
        found.push(...(await pointRows(client, study.id, point, options.sort ?? 'largest')))
    return session.print(options, { studyId: study.id, rows: found }, () => pointTable(found))
  }
  if (options.sort && conditions.length > 0)
    throw new KernelscopeError('USAGE', `no points to sort the images of: ${study.title} has conditions`, {
      hint: 'Leave out --sort; "study images" orders the images of such a study.',
    })
  const rows: PrintedRow[] = []
  for (const { modelId, model, key } of conditions) {
    if ((wanted && !wanted.has(modelId)) || (keys && !keys.includes(key))) continue
    for await (const row of rowsOf(client, study.id, modelId, key)) rows.push({ modelId, model, key, ...row })
  }
  const names = options.json ? null : await namesOf(client, study.datasetId, rows)
  session.print(options, { studyId: study.id, rows }, () => rowTable(rows, names))
}

/** Names of the classes of a dataset and of the outputs of models, by index. */
interface ClassNames {
  truth: ReadonlyMap<number, string>
  labels: ReadonlyMap<number, readonly string[]>
}

async function namesOf(
  client: Client,
  datasetId: number | null,
  rows: readonly PrintedRow[],
): Promise<ClassNames> {
  const { classes } = datasetId === null ? { classes: [] } : await client.datasets.get({ id: datasetId })
  const labels = new Map<number, readonly string[]>()
  for (const id of new Set(rows.map(({ modelId }) => modelId)))
    labels.set(id, (await client.models.labels({ id: modelIdOf(id) })).labels)
  return { truth: new Map(classes.map(({ index, name }) => [index, classTitle(name)])), labels }
}

async function* rowsOf(client: Client, id: number, modelId: number, key: string): AsyncGenerator<StudyRow> {
  let after: number | null = null
  do {
    const page: { rows: StudyRow[]; next: number | null } = await client.studies.rows({
      id,
      modelId,
      key,
      after,
      limit: 10_000,
    })
    yield* page.rows
    after = page.next
  } while (after !== null)
}

/** The points of a study's figures that stand for several images, each with the title of its model. */
async function pointsOf(client: Client, study: Study, figures: readonly FigureSpec[]) {
  const refs = pointKeys(figures)
  if (refs.length === 0) return []
  const titleOf = await shownTitles(client, study)
  return refs.map((ref) => ({ ...ref, model: titleOf(ref.modelId) }))
}

function modelOf(
  conditions: readonly { modelId: number; model: string }[],
  name: string,
  { io }: CliSession,
): number {
  const models = new Map(conditions.map(({ modelId, model }) => [modelId, { id: modelId, title: model }]))
  const found = findNamed([...models.values()], name, io.cwd)
  if (found) return found.id
  throw new KernelscopeError('MODEL_NOT_FOUND', `the study has no model ${name}`)
}

function rowTable(rows: readonly PrintedRow[], names: ClassNames | null): string {
  return formatTable(
    [
      { title: 'Model' },
      { title: 'Key' },
      { title: 'Image' },
      { title: 'True' },
      { title: 'Predicted' },
      { title: 'Right' },
      { title: 'Confidence', right: true },
      { title: 'True class', right: true },
      { title: 'Rank', right: true },
    ],
    rows.map((row) => [
      row.model,
      row.key,
      row.image,
      names?.truth.get(row.trueClass) ?? String(row.trueClass),
      row.predicted < 0 ? 'not finite' : outputTitle(names?.labels.get(row.modelId) ?? [], row.predicted),
      row.correct === null ? '–' : row.correct ? 'yes' : 'no',
      percent(row.confidence),
      percent(row.trueProbability),
      String(row.trueRank),
    ]),
    'no rows measured yet',
  )
}
