import { implement } from '@orpc/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startApp } from './setting/app.ts'
import { contract, type Settings } from '#shared/contract/index.ts'
import type { Composition } from '#shared/figures/compose/index.ts'
import { useNewFigure } from '../../src/renderer/features/figures/useNewFigure.ts'
import { useSettingsStore } from '../../src/renderer/lib/stores/settings.ts'
import { useStudyDraft } from '../../src/renderer/features/studies/new/useStudyDraft.ts'

vi.mock('../../src/renderer/ui/useProblems.ts', () => ({
  useProblems: () => ({ attempt: (action: () => Promise<unknown>) => action() }),
}))

const settings: Settings = {
  provider: 'cpu',
  threads: 0,
  batch: 0,
  seed: 17,
  venue: 'neurips',
  cacheMebibytes: 1024,
}
const kind = (id: string, params: Record<string, unknown>) => ({
  id,
  title: id,
  section: '',
  group: 'experiment' as const,
  description: '',
  params: { type: 'object', properties: params },
  presets: [{ id: 'quick', title: 'Quick look', description: '', params: {} }],
  definitions: [],
  draws: false,
})

let stop = () => {}
afterEach(() => stop())

async function opened() {
  const os = implement(contract)
  const made: Composition[] = []
  const app = startApp({
    system: {
      version: os.system.version.handler(() => ({ kernelscope: '', node: '', onnxruntime: '', sqlite: '' })),
      settings: os.system.settings.handler(() => settings),
    },
    models: { list: os.models.list.handler(() => []) },
    datasets: { list: os.datasets.list.handler(() => []) },
    studies: {
      list: os.studies.list.handler(() => []),
      kinds: os.studies.kinds.handler(() => [
        kind('drawn', { seed: { type: 'integer', default: 0, title: 'Seed' } }),
        kind('plain', { count: { type: 'integer', default: 1, title: 'Count' } }),
      ]),
    },
    subsets: { list: os.subsets.list.handler(() => []) },
    compositions: {
      create: os.compositions.create.handler(({ input: { composition } }) => {
        made.push(composition)
        return { id: 1, composition, revision: 1, changedAt: 0 }
      }),
    },
  })
  app.router.addRoute({ path: '/figures/:id', name: 'figure', component: { template: '' } })
  ;({ stop } = app)
  const store = app.view(useSettingsStore).of
  await expect.poll(() => store.settings?.seed).toBe(17)
  return { app, made }
}

describe('the settings of a workspace', () => {
  it('give a new figure its venue', async () => {
    const { app, made } = await opened()
    await app.view(useNewFigure).of.create()
    expect(made[0]?.page.venue).toBe('neurips')
  })

  it('give a new study with random draws its seed, also under a preset', async () => {
    const { app } = await opened()
    const { of } = app.view(useStudyDraft)
    await expect.poll(() => of.params.value).toEqual({ seed: 17 })
    of.params.value = {}
    of.usePreset('quick')
    expect(of.params.value).toEqual({ seed: 17 })
    of.kindId.value = 'plain'
    await expect.poll(() => of.params.value).toEqual({ count: 1 })
  })
})
