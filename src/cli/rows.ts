import type { StudyRow } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { Client } from './client.ts'
import { formatTable, percent } from './format.ts'
import { findNamed, namedStudy } from './named.ts'
import type { CliSession, GlobalOptions } from './session.ts'

export interface RowFlags extends GlobalOptions {
  model?: string[]
  key?: string[]
}

type RowOut = { model: string; key: string } & StudyRow

/** Every measured image of a study, of some models and conditions where they are named. */
export async function printRows(session: CliSession, name: string, options: RowFlags): Promise<void> {
  const client = await session.openWorkspace(options)
  const study = await namedStudy(client, name, session)
  const { conditions } = await client.studies.result({ id: study.id })
  const wanted = options.model
    ? new Set(options.model.map((model) => modelOf(conditions, model, session)))
    : undefined
  const keys = options.key
  const unknown = keys?.find((key) => !conditions.some((condition) => condition.key === key))
  if (unknown !== undefined)
    throw new KernelscopeError('USAGE', `unknown key: ${unknown}`, {
      hint: `There are ${[...new Set(conditions.map(({ key }) => key))].join(' ')}.`,
    })
  const rows: RowOut[] = []
  for (const { modelId, model, key } of conditions) {
    if ((wanted && !wanted.has(modelId)) || (keys && !keys.includes(key))) continue
    for await (const row of rowsOf(client, study.id, modelId, key)) rows.push({ model, key, ...row })
  }
  session.print(options, { studyId: study.id, rows }, () => rowTable(rows))
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

function rowTable(rows: readonly RowOut[]): string {
  return formatTable(
    [
      { title: 'Model' },
      { title: 'Key' },
      { title: 'Image' },
      { title: 'True', right: true },
      { title: 'Predicted', right: true },
      { title: 'Right' },
      { title: 'Confidence', right: true },
      { title: 'True class', right: true },
      { title: 'Rank', right: true },
    ],
    rows.map((row) => [
      row.model,
      row.key,
      row.image,
      String(row.trueClass),
      String(row.predicted),
      row.correct === null ? '–' : row.correct ? 'yes' : 'no',
      percent(row.confidence),
      percent(row.trueProbability),
      String(row.trueRank),
    ]),
    'no rows measured yet',
  )
}
