import { expect } from 'vitest'
import type { StudyInput } from '#shared/contract/index.ts'
import type { Engine } from '#engine/api/index.ts'
import { ownReader, threadReader, type Reader } from '#engine/studies/index.ts'

/**
 * Expects of everything that is read of a study that the reading thread gives what this thread gives.
 *
 * @param reader reads the engine's workspace in threads; made for this once when left out
 */
export async function expectSameApart(
  { client, session }: Engine,
  id: number,
  reader?: Reader,
): Promise<void> {
  const { workspace } = session.open()
  const { kind, params, modelIds, datasetId, sample } = await client.studies.get({ id })
  const input: StudyInput = { kind, params, modelIds, datasetId, sample }
  const [here, there] = [ownReader(workspace), reader ?? threadReader(workspace)]
  try {
    const result = await here.ask({ kind: 'result', id })
    expect(result.figures.length + result.tables.length).toBeGreaterThan(0)
    expect(await there.ask({ kind: 'result', id })).toEqual(result)
    const cost = { kind: 'cost', input, subset: null } as const
    expect(await there.ask(cost)).toEqual(await here.ask(cost))
    const [cell] = result.conditions
    if (!cell) return
    const rows = { kind: 'rows', id, modelId: cell.modelId, key: cell.key, after: null, limit: 5 } as const
    expect(await there.ask(rows)).toEqual(await here.ask(rows))
    const images = { kind: 'images', id, order: 'failsFirst', after: null, limit: 5 } as const
    expect(await there.ask(images)).toEqual(await here.ask(images))
    const ranking = { kind: 'ranking', input: { reference: null } } as const
    expect(await there.ask(ranking)).toEqual(await here.ask(ranking))
  } finally {
    await here.close()
    if (!reader) await there.close()
  }
}
