import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { runCli } from '../../src/cli/program.ts'
import { terminal } from '../cli/terminal.ts'
import { addDataset, jobEnd, runStudy, sampleImages, sampleModel } from '../engine/studies/sample.ts'
import { temporaryFolderOfFile } from '../temporary.ts'

const folder = temporaryFolderOfFile()
const workspace = join(folder, 'workspace')
let engine: Engine
let images: string
let datasetId: number
let modelIds: number[]

/** Sixteen images, one of each class. */
beforeAll(async () => {
  engine = await createEngine()
  await engine.client.workspace.create({ path: workspace })
  images = sampleImages(folder, 1)
  datasetId = await addDataset(engine.client, images)
  modelIds = [(await engine.client.models.add({ path: sampleModel('replk3') })).id]
})
afterAll(() => engine.close())

const clean = () => ({ kind: 'clean-accuracy', datasetId, modelIds })
const imageOf = (place: number) => {
  const name = readdirSync(images).sort()[place] ?? ''
  return join(images, name, readdirSync(join(images, name))[0] ?? '')
}
/** An engine whose image workers have decoded nothing yet. */
async function restart() {
  await engine.close()
  engine = await createEngine()
  await engine.client.workspace.open({ path: workspace })
}
/** Runs what is missing of a study. Returns its result, and how the job ended. */
async function again(id: number) {
  const { job } = await engine.client.studies.rerun({ id })
  const { state, problem } = await jobEnd(engine.client, job?.id ?? 0)
  return { job: state, problem, result: await engine.client.studies.result({ id }) }
}

describe('a dataset that vanishes while a study runs stops it, and the study goes on when it is back', () => {
  it.each([
    ['gone', () => undefined],
    // As where a disk is mounted no more.
    ['empty', () => mkdirSync(images)],
  ])('its folder is %s', async (_, after) => {
    const params = { percents: _ === 'gone' ? [0, 20] : [0, 30], repeats: 1 }
    const study = { ...clean(), kind: 'random-patch-drop', params }
    const part = { ...study, sample: { perClass: 1, seed: 0 } }
    // A first part is stored before the folder goes.
    await runStudy(engine.client, { ...part, params: { ...params, percents: [0] } })
    renameSync(images, `${images}-away`)
    after()
    const { id, job } = await engine.client.studies.run(study)
    const { state, problem } = await jobEnd(engine.client, job?.id ?? 0)
    expect([state, problem?.code]).toEqual(['failed', 'FILE_MISSING'])
    expect(problem?.message).toContain(images)
    const stopped = await engine.client.studies.result({ id })
    expect([stopped.state, stopped.answers]).toEqual(['incomplete', { measured: 16, failed: 0, of: 32 }])
    expect((await engine.client.studies.summary({ id }))?.state).toBe('incomplete')
    rmSync(images, { recursive: true, force: true })
    renameSync(`${images}-away`, images)
    const { result } = await again(id)
    expect([result.state, result.answers]).toEqual(['complete', { measured: 32, failed: 0, of: 32 }])
  })

  it('and stops an indexing that lists it again', async () => {
    const path = sampleImages(join(folder, 'other'), 1)
    const id = await addDataset(engine.client, path)
    rmSync(path, { recursive: true })
    const { jobId } = await engine.client.datasets.reindex({ id })
    expect((await jobEnd(engine.client, jobId)).problem?.code).toBe('FILE_MISSING')
    expect((await engine.client.datasets.get({ id })).images).toBe(16)
  })
})

describe('an image is taken for what its bytes are', () => {
  it('one that was replaced by another of equal size and time is refused, and measured once it is back', async () => {
    const path = imageOf(0)
    const { atime, mtime } = statSync(path)
    const bytes = readFileSync(path)
    const other = Buffer.from(bytes)
    other.writeUInt8(other.readUInt8(other.length - 1) ^ 1, other.length - 1)
    writeFileSync(path, other)
    utimesSync(path, atime, mtime)
    await restart()
    const { id } = await runStudy(engine.client, {
      ...clean(),
      kind: 'feature-variance',
      params: { images: 16 },
    })
    const { state, complete, answers, provenance } = await engine.client.studies.result({ id })
    expect(provenance.join(' ')).toContain(`not the one that was indexed: ${path}`)
    expect([state, complete, answers]).toEqual(['failures', false, { measured: 15, failed: 1, of: 16 }])
    writeFileSync(path, bytes)
    expect((await again(id)).result).toMatchObject({ state: 'complete', failures: [] })
  })

  it('one that was only touched is measured', async () => {
    const path = imageOf(1)
    utimesSync(path, new Date(), new Date())
    const study = { ...clean(), kind: 'noise-frequency', params: { centres: [100] } }
    const { id } = await runStudy(engine.client, study)
    expect((await engine.client.studies.result({ id })).state).toBe('complete')
  })
})

describe('a model is taken for what its file holds', () => {
  const copied = async (name: string) => {
    const path = join(folder, `${name}.onnx`)
    copyFileSync(sampleModel('resnet'), path)
    copyFileSync(sampleModel('resnet').replace('.onnx', '.json'), path.replace('.onnx', '.json'))
    return { path, id: (await engine.client.models.add({ path })).id }
  }
  const run = async (study: Omit<Parameters<Engine['client']['studies']['run']>[0], 'datasetId'>) => {
    const { job } = await engine.client.studies.run({ ...study, datasetId })
    const { problem } = await jobEnd(engine.client, job?.id ?? 0)
    return [problem?.code ?? 'done', problem?.message ?? '']
  }
  /** Changes a bit of a weight, with the size and the times of the file kept. */
  const replace = (path: string) => {
    const { atime, mtime } = statSync(path)
    const bytes = readFileSync(path)
    const middle = bytes.length >> 1
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle)
    writeFileSync(path, bytes)
    utimesSync(path, atime, mtime)
  }
  const transfer = (surrogate: number, seed: number) => ({
    kind: 'transfer-attack',
    params: { surrogate, epsilons: [0.03], iterations: 1, seed },
    modelIds,
  })
  const salient = (model: number, percents: number[]) => ({
    kind: 'salient-patch-drop',
    params: { source: 'gradient', model, percents },
    modelIds,
  })

  it('one that was only touched is the same model, and one that was changed is refused', async () => {
    const { path, id } = await copied('copy')
    const clean = (title: string) => ({ kind: 'clean-accuracy', modelIds: [id], title })
    utimesSync(path, 1e9, 1e9)
    expect(await run(clean('touched'))).toEqual(['done', ''])
    expect((await engine.client.models.get({ id })).problem).toBeNull()
    utimesSync(path, 2e9, 2e9)
    expect((await engine.client.models.list()).map(({ problem }) => problem)).toEqual([null, null])
    copyFileSync(sampleModel('vit'), path)
    expect((await engine.client.models.get({ id })).problem?.code).toBe('FILE_CHANGED')
    expect((await run(clean('changed')))[0]).toBe('FILE_CHANGED')
  })

  it('so is one whose gradients are used', async () => {
    const { path, id } = await copied('surrogate')
    utimesSync(path, 1e9, 1e9)
    expect(await run(transfer(id, 0))).toEqual(['done', ''])
    expect(await run(salient(id, [0, 20]))).toEqual(['done', ''])
    replace(path)
    for (const study of [transfer(id, 1), salient(id, [0, 40])])
      expect(await run(study)).toEqual(['FILE_CHANGED', expect.stringContaining(path)])
    await expect(engine.client.maps.featurePoints({ id })).rejects.toMatchObject({
      code: 'FILE_CHANGED',
      message: expect.stringContaining(path),
    })
  })

  it('and one that was replaced with its size and times kept, whatever was read of it before', async () => {
    const { path, id } = await copied('replaced')
    const study = { kind: 'noise-frequency', modelIds: [id] }
    expect(await run({ ...study, params: { centres: [200] } })).toEqual(['done', ''])
    replace(path)
    const asked = { ...study, params: { centres: [300] } }
    expect(await run(asked)).toEqual(['FILE_CHANGED', expect.stringContaining(path)])
    replace(path)
    expect(await run(asked)).toEqual(['done', ''])
  })
})

describe('the command line', () => {
  const run = async (...args: string[]) => {
    const { io, written } = terminal({ cwd: folder })
    await engine.close()
    const code = await runCli(args, io, (overrides) => createEngine({ overrides }), '')
    await restart()
    return { code, ...written }
  }

  it('exits with 11 where images could not be measured, and says so', async () => {
    const path = imageOf(2)
    renameSync(path, `${path}.away`)
    const args = ['study', 'run', 'noise-frequency', '--model', String(modelIds[0]), '--dataset', images]
    const study = [...args, '--centres', '700', '--json', '-q', '-w', workspace]
    const { code, out, err } = await run(...study)
    renameSync(`${path}.away`, path)
    expect([code, err]).toEqual([11, expect.stringMatching(/is complete with \d failures?\n/)])
    expect(JSON.parse(out)).toMatchObject({ state: 'failures', complete: false })
    expect((await run(...study)).code).toBe(0)
  })
})
