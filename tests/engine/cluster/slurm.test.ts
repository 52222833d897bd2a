import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import type { ClusterRun } from '#shared/contract/index.ts'
import { startSlurm, whyNoSlurm, type TestCluster } from '../../slurm.ts'
import { noSshd, startSsh, type SshServer } from '../../ssh.ts'
import { packFolder } from '../../packed.ts'
import { temporaryFolderOfFile } from '../../temporary.ts'
import { differentBits, storedBits } from '../studies/storedBits.ts'
import { runStudy, sampleImages } from '../studies/sample.ts'
import {
  close,
  exported,
  isOver,
  nodeProgram,
  smallDisk,
  submitted,
  testProfile,
  unansweredSbatch,
  until,
  workspaceOver,
} from './world.ts'

const why = whyNoSlurm()
const folder = temporaryFolderOfFile()
let cluster: TestCluster
let ssh: SshServer | null = null
const path = process.env['PATH'] ?? ''
const engines: Engine[] = []
const disk = smallDisk(join(folder, 'small'))
const sample = { perClass: 1, seed: 0 }

/** The four kinds that are given to the cluster, small. */
const studies: [kind: string, params: Record<string, unknown>][] = [
  ['random-patch-drop', { percents: [0, 40], repeats: 1 }],
  ['lesion', { samples: 1 }],
  ['adversarial', { attack: 'fgsm', epsilons: [0.004], transfer: false }],
  ['imagenet-c', { corruptions: ['fog', 'jpeg_compression'], severities: [5] }],
]

/** What is said of a task whose node went, by whether SLURM has noticed that yet. */
const lost = /its node failed on n\d+|ended without a word on n\d+/

/** The reasons of a run that are not of nodes. */
const othersOf = ({ reasons }: ClusterRun) => reasons.filter(({ reason }) => !lost.test(reason))

/** The scheduler of SLURM takes a second or two for each step. */
const patient = { timeout: 300_000, interval: 500 }

const name = `a study on a SLURM cluster${why === null ? '' : ` (${why})`}`

describe.skipIf(why !== null)(name, { timeout: 600_000, concurrent: true }, () => {
  beforeAll(async () => {
    process.env['KERNELSCOPE_CONFIG'] = join(folder, 'config')
    process.env['KERNELSCOPE_CLUSTER_SECONDS'] = '1'
    // Each pair of nodes is of one test.
    cluster = await startSlurm(join(folder, 'slurm'), 12)
    ssh = noSshd === null ? await startSsh({ SLURM_CONF: process.env['SLURM_CONF'] ?? '' }) : null
    process.env['PATH'] = `${unansweredSbatch(join(folder, 'bin'), 'pair6')}:${ssh?.env['PATH'] ?? path}`
    sampleImages(folder, 2, 4)
  })
  afterAll(async () => {
    await close(engines)
    await ssh?.close()
    process.env['PATH'] = path
    await cluster.stop()
    delete process.env['KERNELSCOPE_CONFIG']
    delete process.env['KERNELSCOPE_CLUSTER_SECONDS']
  })

  it('gives the facts of a local run to the bit, for several studies at once', async () => {
    const archive = await packFolder(join(folder, 'all images.tar'), join(folder, 'images'))
    const here = await workspaceOver(join(folder, 'here'), archive)
    const away = await workspaceOver(join(folder, 'away'), archive)
    engines.push(here.engine, away.engine)
    // Units of about four images; the speed is guessed from the size of the model, always the same.
    const stage = join(folder, 'stage')
    await away.client.cluster.saveProfile({
      profile: testProfile(folder, {
        partition: 'pair2',
        unitMinutes: 0.0015,
        stage: `${stage}/$SLURMD_NODENAME`,
      }),
    })
    const runs: number[] = []
    for (const [kind, params] of studies) {
      const { modelId, datasetId } = away
      const { id } = await away.client.studies.store({ kind, params, modelIds: [modelId], datasetId, sample })
      runs.push((await submitted(away.client, id, 'two nodes')).id)
    }
    for (const [kind, params] of studies)
      await runStudy(here.client, {
        kind,
        params,
        modelIds: [here.modelId],
        datasetId: here.datasetId,
        sample,
      })
    let [units, known] = [0, 0]
    for (const id of runs) {
      const run = await until(away.client, id, isOver)
      // A node that is busy may count as away for a moment; nothing else may go wrong.
      expect([run.state, othersOf(run), run.problem]).toEqual(['done', [], null])
      // Nothing is left of it on the cluster.
      expect(existsSync(run.folder)).toBe(false)
      units += run.units.done
      known += run.facts.known
      expect((await away.client.studies.result({ id: run.studyId })).complete).toBe(true)
    }
    expect(units).toBeGreaterThan(studies.length)
    // Clean images are in several of them: what comes twice is not doubled.
    expect(known).toBeGreaterThan(0)
    expect(differentBits(storedBits(here.engine), storedBits(away.engine))).toEqual([])
    // Each node has a copy of the archive, however many units ran there.
    const copies = readdirSync(stage, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.tar'),
    )
    expect(new Set(copies.map((file) => file.split('/')[0])).size).toBe(copies.length)
    expect(copies.length).toBeGreaterThan(0)
  })

  it('loses and doubles nothing where nodes, tasks, packs, the controller and the engine fail', async () => {
    const { engine, client, modelId, datasetId } = await workspaceOver(
      join(folder, 'trouble'),
      join(folder, 'images'),
    )
    const command = nodeProgram(
      join(folder, 'trouble'),
      `case "$unit.$submission" in
        1.1|3.1) sleep 300; exit 1;;
        2.*|2a.*) exit 139;;
        4.1) flip "$@"; exit;;
      esac`,
    )
    // Through ssh, as from another machine than the login node.
    const host = ssh?.host ?? null
    const profile = testProfile(folder, {
      name: 'bad',
      partition: 'pair1',
      host,
      command,
      prologue: exported,
      unitMinutes: 0.0003,
    })
    await client.cluster.saveProfile({ profile })
    const { id: studyId } = await client.studies.store({
      kind: 'clean-accuracy',
      params: {},
      modelIds: [modelId],
      datasetId,
    })
    const { id } = await submitted(client, studyId, 'bad')
    // The second unit fails at once, so that the first and the third run until they are ended.
    const sleeping = async () => (await client.cluster.units({ id, states: ['running'] })).units
    await expect
      .poll(async () => {
        await client.cluster.refresh({ id })
        return (await sleeping()).map(({ name }) => name)
      }, patient)
      .toEqual(['1', '3'])
    const { units } = await client.cluster.units({ id })
    expect(units.map(({ name, images }) => [name, images])).toEqual([
      ['1', 2],
      ['2', 2],
      ['3', 2],
      ['4', 2],
    ])
    const nodeOf = (name: string) => units.find((unit) => unit.name === name)?.attempts[0]?.node ?? ''
    // The limit of one task is brought forward; its node stays, and the node of the other goes.
    const jobs = cluster.slurm('squeue', '-h', '-r', '-p', 'pair1', '-o', '%K %A')
    const jobOf = (index: number) => new RegExp(`^${index} (\\d+)$`, 'm').exec(jobs)?.[1] ?? ''
    cluster.slurm('scontrol', 'update', `JobId=${jobOf(2)}`, 'EndTime=now+1')
    cluster.killNode(nodeOf('1'))
    cluster.controller('SIGSTOP')
    expect((await client.cluster.refresh({ id })).note).toMatch('SLURM does not answer')
    // What was submitted is in the workspace: another engine goes on with it.
    await engine.close()
    cluster.controller('SIGCONT')
    const second = await createEngine({ overrides: { threads: 1, batch: 4 }, imageWorkers: 1 })
    engines.push(second)
    await second.client.workspace.open({ path: join(folder, 'trouble') })
    await until(second.client, id, ({ reasons }) => reasons.some(({ reason }) => lost.test(reason)))
    cluster.startNode(nodeOf('1'))
    const run = await until(second.client, id, isOver)
    const { units: after } = await second.client.cluster.units({ id })
    const all = (name: string) =>
      after.find((unit) => unit.name === name)?.attempts.map(({ reason }) => reason) ?? []
    const reasonsOf = (name: string) => all(name).filter((reason) => !lost.test(reason))
    expect(all('1').some((reason) => lost.test(reason))).toBe(true)
    expect(reasonsOf('1')).toEqual([''])
    expect(reasonsOf('3')).toEqual([expect.stringMatching('longer than the time limit'), ''])
    expect(reasonsOf('4')).toEqual([expect.stringMatching('its pack was refused'), ''])
    // What always fails is halved down to its image, which is named; its neighbour is measured.
    expect(reasonsOf('2')).toHaveLength(3)
    expect(reasonsOf('2a'), JSON.stringify(after)).toHaveLength(3)
    expect(reasonsOf('2b')).toEqual([''])
    expect(run).toMatchObject({
      state: 'done',
      facts: { added: 7, known: 0 },
      units: { done: 4, split: 1, failed: 1 },
    })
    const { conditions, failures } = await second.client.studies.result({ id: studyId })
    expect(conditions[0]).toMatchObject({ n: 7, failed: 1, missing: 0 })
    expect(failures[0]?.message).toMatch('status 139')
  })

  it('checks a profile by a small unit, whose facts are those of this machine', async () => {
    const { engine, client } = await workspaceOver(join(folder, 'checked'), join(folder, 'images'))
    engines.push(engine)
    const check = async (name: string) => {
      for await (const event of await client.cluster.check({ name }))
        if (event.type === 'result') return event.result
      throw new Error('the check gave no result')
    }
    const good = testProfile(folder, { name: 'good', partition: 'pair5' })
    await client.cluster.saveProfile({ profile: good })
    const { ok, steps } = await check('good')
    expect(steps.map(({ id, state }) => [id, state])).toEqual(
      ['host', 'slurm', 'folder', 'kernelscope', 'unit', 'facts'].map((id) => [id, 'ok']),
    )
    expect([ok, steps.at(-1)?.value]).toEqual([true, '8 are equal to those of this machine to the bit (cpu)'])
    expect(readdirSync(good.folder).filter((name) => name.includes('check'))).toEqual([])
    await client.cluster.saveProfile({ profile: { ...good, name: 'lost', command: '/nowhere/kernelscope' } })
    const lost = await check('lost')
    expect(lost.ok).toBe(false)
    expect(lost.steps.at(-1)).toMatchObject({
      id: 'unit',
      state: 'error',
      value: expect.stringMatching(/could not be run on n\d+ \(status 127\)/),
    })
  })

  it.skipIf(disk === null)('submits a unit again whose node has a full disk, and says so', async () => {
    const { engine, client, modelId, datasetId } = await workspaceOver(
      join(folder, 'full'),
      join(folder, 'images'),
    )
    engines.push(engine)
    const prologue = `[ "$submission" = 1 ] && disk='${disk}' || disk='${join(folder, 'scratch')}'`
    const profile = testProfile(folder, { name: 'full', partition: 'pair3', prologue, scratch: '$disk' })
    await client.cluster.saveProfile({ profile })
    const study = { kind: 'clean-accuracy', params: {}, modelIds: [modelId], datasetId, sample }
    const { id: studyId } = await client.studies.store(study)
    const { id } = await submitted(client, studyId, 'full')
    const run = await until(client, id, isOver)
    expect(run).toMatchObject({ state: 'done', facts: { added: 4, known: 0 } })
    expect(othersOf(run)).toEqual([{ reason: expect.stringMatching(/DISK_FULL.* on n\d+/), count: 1 }])
  })

  it('submits once what SLURM took without an answer, and again what it never took', async () => {
    const { engine, client, modelId, datasetId } = await workspaceOver(
      join(folder, 'unanswered'),
      join(folder, 'images'),
    )
    engines.push(engine)
    await client.cluster.saveProfile({ profile: testProfile(folder, { name: 'deaf', partition: 'pair6' }) })
    const study = { kind: 'clean-accuracy', params: {}, modelIds: [modelId], datasetId, sample }
    const { id: studyId } = await client.studies.store(study)
    const { id, note } = await submitted(client, studyId, 'deaf')
    expect(note).toMatch('did not answer: sbatch: error: Batch job submission failed: Socket timed out')
    const run = await until(client, id, isOver)
    expect(run).toMatchObject({ state: 'done', facts: { added: 4, known: 0 } })
    expect(othersOf(run)).toEqual([])
    // The first array never came to SLURM; the second ran, though sbatch said the same of it.
    const { units } = await client.cluster.units({ id })
    expect(units[0]?.attempts.map(({ submission }) => submission)[0]).toBe(2)
  })

  it('submits a unit again that had to make room for a job of a higher priority, and says so', async () => {
    const path = join(folder, 'preempted')
    const { engine, client, modelId, datasetId } = await workspaceOver(path, join(folder, 'images'))
    engines.push(engine)
    const command = nodeProgram(path, '[ "$submission" = 1 ] && sleep 300')
    const profile = testProfile(folder, { name: 'low', partition: 'pair4', command, prologue: exported })
    await client.cluster.saveProfile({ profile })
    const study = { kind: 'clean-accuracy', params: {}, modelIds: [modelId], datasetId, sample }
    const { id: studyId } = await client.studies.store(study)
    const { id } = await submitted(client, studyId, 'low')
    await until(client, id, ({ units }) => units.running === 1)
    const node = (await client.cluster.units({ id })).units[0]?.attempts[0]?.node ?? ''
    cluster.slurm('sbatch', '-p', 'urgent', '-w', node, '-o', '/dev/null', '--wrap', 'true')
    const run = await until(client, id, isOver)
    expect(run).toMatchObject({ state: 'done', facts: { added: 4, known: 0 } })
    expect(othersOf(run)).toEqual([
      { reason: `it had to make room for other jobs (preempted) on ${node}`, count: 1 },
    ])
  })
})
