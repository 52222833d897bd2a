import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RouteRecordRaw } from 'vue-router'
import { startApp } from '../setting/app.ts'
import { modelRow } from '../setting/model.ts'
import { partsOfEngine } from '../setting/parts.ts'
import { leadToHome, rememberPages } from '../../../src/renderer/frame/home.ts'
import { useLastPageStore } from '../../../src/renderer/lib/stores/lastPage.ts'

const component = { template: '' }
const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/models' },
  { path: '/models', name: 'models', component },
  { path: '/models/:id(\\d+)', name: 'model', component },
  { path: '/studies/:id(\\d+)', name: 'study', component },
]

describe('the page that a workspace begins with', () => {
  let app: ReturnType<typeof startApp>
  let asked: PromiseWithResolvers<void>
  let answer: PromiseWithResolvers<void>
  beforeEach(() => {
    asked = Promise.withResolvers()
    answer = Promise.withResolvers()
    const get = partsOfEngine.models.get.handler(async ({ input }) => {
      asked.resolve()
      await answer.promise
      return modelRow(input.id)
    })
    app = startApp({ models: { get } }, routes)
    rememberPages(app.router)
    leadToHome(app.router)
  })
  afterEach(() => app.stop())
  const shown = () => app.router.currentRoute.value.fullPath

  it('is the one that was shown last', async () => {
    useLastPageStore().remember('/a', '/models/5')
    answer.resolve()
    await app.router.push('/')
    expect(shown()).toBe('/models/5')
  })

  it('does not take the place of a page that was asked for while it was being found', async () => {
    useLastPageStore().remember('/a', '/models/5')
    const start = app.router.push('/')
    await asked.promise
    await app.router.push('/studies/3')
    answer.resolve()
    await start
    expect(shown()).toBe('/studies/3')
  })

  it('is remembered for each machine', async () => {
    answer.resolve()
    await app.router.push('/models/5')
    app.engine.state = { state: 'ready', host: 'lab' }
    await app.router.push('/studies/3')
    const { of, moved } = useLastPageStore()
    expect([of('/a'), of('ssh://lab/a')]).toEqual(['/models/5', '/studies/3'])
    moved('ssh://lab/a', 'ssh://lab/b')
    expect([of('/a'), of('ssh://lab/a'), of('ssh://lab/b')]).toEqual(['/models/5', null, '/studies/3'])
  })
})
