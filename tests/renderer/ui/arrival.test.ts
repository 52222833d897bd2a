import { afterEach, expect, it, vi } from 'vitest'
import type { RouteComponent } from 'vue-router'
import { startApp } from '../setting/app.ts'
import { useArrival } from '../../../src/renderer/ui/useArrival.ts'
import { followNavigation } from '../../../src/renderer/lib/useRewrite.ts'

const said: { title: string; actions: { label: string; onClick: () => void }[] }[] = []
vi.mock('../../../src/renderer/ui/useProblems.ts', () => ({
  useProblems: () => ({
    inform: (title: string, _: string, actions: { label: string; onClick: () => void }[]) =>
      said.push({ title, actions }),
  }),
}))

let stop = () => {}
afterEach(() => {
  stop()
  said.length = 0
})

async function atHere() {
  const none = { template: '' }
  let letIn = (_component: RouteComponent) => {}
  const slow = () => new Promise<RouteComponent>((resolve) => (letIn = resolve))
  const app = startApp({}, [{ path: '/slow', component: slow }])
  ;({ stop } = app)
  followNavigation(app.router)
  await app.router.push('/here')
  const depart = app.view(() => useArrival()).of
  return { router: app.router, depart, letIn: () => letIn(none) }
}

it('opens what was made', async () => {
  const { router, depart } = await atHere()
  const arrive = depart()
  await router.push('/here?image=3')
  expect(await arrive('/made', 'It is made')).toBe(true)
  expect(router.currentRoute.value.path).toBe('/made')
  expect(said).toEqual([])
})

it('informs a user who has left the page, and opens what was made on request', async () => {
  const { router, depart } = await atHere()
  const arrive = depart()
  await router.push('/form')
  expect(await arrive('/made', 'It is made')).toBe(false)
  expect(router.currentRoute.value.path).toBe('/form')
  expect(said.map(({ title, actions }) => [title, actions[0]?.label])).toEqual([['It is made', 'Open']])
  said[0]?.actions[0]?.onClick()
  await expect.poll(() => router.currentRoute.value.path).toBe('/made')
})

it('does not cancel the navigation to a page that is still loading', async () => {
  const { router, depart, letIn } = await atHere()
  const arrive = depart()
  const going = router.push('/slow')
  await new Promise((resolve) => setImmediate(resolve))
  await arrive('/made')
  letIn()
  await going
  expect(router.currentRoute.value.path).toBe('/slow')
  expect(said).toEqual([])
})
