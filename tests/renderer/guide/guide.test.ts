import { implement } from '@orpc/server'
import { afterEach, expect, it, vi } from 'vitest'
import { startApp, workspaceAt } from '../setting/app.ts'
import { contract, type Question } from '#shared/contract/index.ts'
import { useGuideStore } from '../../../src/renderer/features/guide/guideStore.ts'

vi.mock('../../../src/renderer/lib/stores/collections.ts', () => ({
  useModelsStore: () => ({ rows: [{ id: 1 }] }),
  useDatasetsStore: () => ({ rows: [{ id: 1, state: 'ready' }], loaded: true }),
  useStudiesStore: () => ({ byId: new Map() }),
}))
vi.mock('../../../src/renderer/lib/stores/jobs.ts', () => ({
  useJobsStore: () => ({ ofStudy: () => null }),
  isOpen: () => false,
}))

let stop = () => {}
afterEach(() => stop())

const question = (title: string): Question => ({
  id: title,
  group: 'experiment',
  section: '4.1',
  title,
  asks: '',
  look: '',
  input: null,
  problem: null,
  dataset: '',
  models: [],
  images: 0,
  seconds: 0,
  measured: false,
  studyId: null,
})

it('never shows questions that were requested for another workspace, and requests those of its own', async () => {
  const os = implement(contract)
  const answers: ((title: string) => void)[] = []
  const app = startApp({
    guide: {
      questions: os.guide.questions.handler(
        () => new Promise<Question[]>((resolve) => answers.push((title) => resolve([question(title)]))),
      ),
    },
  })
  ;({ stop } = app)
  const guide = useGuideStore()
  const titles = () => guide.questions.map((q) => q.title)

  void guide.load()
  await expect.poll(() => answers.length).toBe(1)
  app.workspace.info = workspaceAt('/b')
  answers[0]?.('of /a')
  await expect.poll(() => answers.length).toBe(2)
  expect(titles()).toEqual([])

  answers[1]?.('of /b')
  await expect.poll(titles).toEqual(['of /b'])
})
