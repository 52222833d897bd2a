import { join } from 'node:path'
import { sampleModel } from '../../engine/studies/sample.ts'
import { allJobs, inWorkspace, made, start, workspaceOf } from './kit.ts'
import { has, type Work } from './life.ts'

/** What fills the workspace, with two models or three. */
const fills = (models: readonly string[]): readonly Work[] => [
  {
    name: 'create',
    async do(client, folder) {
      const path = workspaceOf(folder)
      await (has(folder, 'workspace/workspace.sqlite')
        ? client.workspace.open({ path })
        : client.workspace.create({ path }))
      await client.system.updateSettings({ batch: 4, threads: 1 })
    },
  },
  {
    name: 'models and their self-checks',
    async do(client) {
      for (const name of models) {
        const { id, selfCheck } = await client.models.add({ path: sampleModel(name) })
        if (selfCheck === null) await client.models.check({ id })
      }
    },
  },
  {
    name: 'index',
    goesOn: true,
    async do(client, folder) {
      if ((await client.datasets.list()).length === 0)
        await client.datasets.add({ path: join(folder, '..', 'images') })
      await allJobs(client)
    },
  },
  {
    name: 'unpacking',
    async do(client, folder) {
      const path = join(folder, '..', 'packed.tar.gz')
      if (!(await client.datasets.list()).some((dataset) => dataset.path === path))
        await client.datasets.add({ path, unpack: true })
      await allJobs(client)
    },
  },
  {
    name: 'trial',
    goesOn: true,
    async do(client) {
      const { dataset, model } = await made(client)
      if (!(await client.jobs.list({})).some(({ kind }) => kind === 'trial'))
        await client.models.try({ ids: [model('resnet')], datasetId: dataset, images: 6 })
      await allJobs(client)
    },
  },
]
export const filling = (all: boolean): Work[] =>
  fills(['replk3', 'resnet', ...(all ? ['vit'] : [])]).map((work, at) =>
    at === 0 ? work : inWorkspace(work),
  )

const some = [
  'clean-accuracy',
  'random-patch-drop',
  'transfer-attack',
  'lesion',
  'kernel-attention',
  'saliency-gallery',
]

interface StudyWork {
  kind: string
  of: string[]
  params(of: (name: string) => number): Record<string, unknown>
}

const studies: readonly StudyWork[] = [
  { kind: 'clean-accuracy', of: ['replk3'], params: () => ({}) },
  { kind: 'random-patch-drop', of: ['replk3'], params: () => ({ percents: [0, 40], repeats: 2 }) },
  {
    kind: 'salient-patch-drop',
    of: ['replk3'],
    params: (of) => ({ model: of('vit'), percents: [0, 30] }),
  },
  {
    kind: 'adversarial',
    of: ['replk3'],
    params: () => ({ attack: 'pgd', epsilons: [0.004], steps: [1], restarts: 1 }),
  },
  {
    kind: 'transfer-attack',
    of: ['resnet'],
    params: (of) => ({ surrogate: of('replk3'), attack: 'taig-r', epsilons: [0.03], iterations: 1 }),
  },
  { kind: 'lesion', of: ['replk3'], params: () => ({ samples: 1 }) },
  { kind: 'noise-frequency', of: ['replk3'], params: () => ({ centres: [700] }) },
  { kind: 'kernel-size', of: ['replk3'], params: () => ({ sizes: [1] }) },
  { kind: 'kernel-attention', of: ['replk3'], params: () => ({ smallest: 3, layers: 'all' }) },
  { kind: 'attention-distance', of: ['vit'], params: () => ({ images: 4 }) },
  { kind: 'feature-variance', of: ['replk3'], params: () => ({ images: 4, normalise: false }) },
  { kind: 'receptive-field', of: ['replk3'], params: () => ({ images: 4 }) },
  { kind: 'representation-similarity', of: ['replk3'], params: () => ({ images: 4, batch: 4 }) },
  {
    kind: 'kernel-robustness',
    of: ['replk3'],
    params: () => ({ corruptions: ['contrast'], fieldImages: 2 }),
  },
  {
    kind: 'saliency-gallery',
    of: ['replk3'],
    params: () => ({ images: 2, methods: ['gradient', 'smoothGrad'], copies: 2 }),
  },
]

/** Studies of all experiments, queued at once; or of those that write most differently. */
export const studying = (all: boolean): Work =>
  inWorkspace({
    name: 'studies',
    goesOn: true,
    async do(client) {
      const { dataset: datasetId, model } = await made(client)
      for (const { kind, of, params } of studies.filter((one) => all || some.includes(one.kind)))
        await start(client, {
          kind,
          modelIds: of.map(model),
          datasetId: kind === 'kernel-attention' ? null : datasetId,
          params: params(model),
        })
      await allJobs(client)
    },
  })
