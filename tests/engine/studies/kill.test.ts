import Database from 'better-sqlite3'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../../temporary.ts'
import { startEngine, type EngineProcess } from '../process.ts'
import { addDataset, jobEnd, sampleImages, sampleModel, type Client } from './sample.ts'

const params = { percents: [0, 30, 60, 90], repeats: 3, seed: 3 }
const expected = 2 * 16 * 10 * 10

/** Workspace, dataset and models are set up; the study is started but not waited for. */
async function begin(client: Client, folder: string): Promise<number> {
  await client.workspace.create({ path: join(folder, 'workspace') })
  const datasetId = await addDataset(client, sampleImages(folder, 10))
  const modelIds: number[] = []
  for (const name of ['replk31', 'replk3'])
    modelIds.push((await client.models.add({ path: sampleModel(name) })).id)
  await client.system.updateSettings({ batch: 8 })
  const study = await client.studies.run({ kind: 'random-patch-drop', modelIds, datasetId, params })
  return study.job?.id ?? 0
}

/** All facts with every stored digit, without row ids and times. */
function facts(folder: string): unknown[] {
  const db = new Database(join(folder, 'workspace', 'workspace.sqlite'), { readonly: true })
  try {
    return db
      .prepare(
        `SELECT v.key, c.transform, hex(s.digest) AS image, s.class, p.predicted, p.correct, p.true_rank, p.confidence,
           p.true_probability, p.true_logit, hex(p.top) AS top
         FROM prediction p JOIN variant v ON v.id = p.variant_id JOIN condition c ON c.id = p.condition_id JOIN example s ON s.id = p.example_id
         ORDER BY 1, 2, 3`,
      )
      .all()
  } finally {
    db.close()
  }
}

async function engineIn(folder: string): Promise<EngineProcess> {
  const engine = await startEngine(join(folder, 'state.json'))
  onTestFinished(() => void engine.child.kill('SIGKILL'))
  return engine
}

it(
  'a study whose engine is killed ten times ends with the same bytes as an undisturbed one',
  { timeout: 240_000 },
  async () => {
    const quiet = temporaryFolder()
    const undisturbed = await engineIn(quiet)
    await jobEnd(undisturbed.client, await begin(undisturbed.client, quiet))
    await undisturbed.stop()

    const hostile = temporaryFolder()
    let engine = await engineIn(hostile)
    const jobId = await begin(engine.client, hostile)
    const counts: number[] = []
    const stored = async () => (await engine.client.workspace.info())?.predictions ?? 0
    for (let kill = 0; kill < 10; kill++) {
      // The first two kills come while models open, the others after so many more facts.
      if (kill < 2) await delay(150)
      else while ((await stored()) < (expected * (kill - 1)) / 10) await delay(10)
      counts.push(await stored())
      await engine.kill()
      engine = await engineIn(hostile)
    }
    expect(await jobEnd(engine.client, jobId)).toMatchObject({ state: 'done', problem: null })
    await engine.stop()

    expect(counts.filter((count) => count > 0 && count < expected).length).toBeGreaterThan(5)
    const [left, right] = [facts(quiet), facts(hostile)]
    expect(left).toHaveLength(expected)
    expect(right).toEqual(left)
  },
)
