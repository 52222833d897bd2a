import { afterEach, expect, it } from 'vitest'
import { nextTick } from 'vue'
import type { RouteComponent } from 'vue-router'
import { startApp } from './setting/app.ts'
import { useQueryText } from '../../src/renderer/composables/useQuery.ts'
import { followNavigation, useRewrite } from '../../src/renderer/composables/useRewrite.ts'

let stop = () => {}
afterEach(() => stop())

/** The app at `/here`, with a page whose code comes only when it is let in. */
async function atHere() {
  const none = { template: '' }
  let letIn = (_component: RouteComponent) => {}
  const slow = () => new Promise<RouteComponent>((resolve) => (letIn = resolve))
  const app = startApp({}, [
    { path: '/here', component: none },
    { path: '/slow', component: slow },
  ])
  ;({ stop } = app)
  followNavigation(app.router)
  await app.router.push('/here?a=1')
  return { ...app, letIn: () => letIn(none) }
}
const settled = async () => {
  for (let tick = 0; tick < 20; tick++) await nextTick()
}

it('a page rewrites the query of its own address', async () => {
  const { router, view } = await atHere()
  const { of: rewrite } = view(() => useRewrite())
  await rewrite({ ...router.currentRoute.value.query, b: '2', c: undefined })
  expect(router.currentRoute.value.fullPath).toBe('/here?a=1&b=2')
})

it('an answer that comes while the next page is loading does not call it off', async () => {
  const { router, view, letIn } = await atHere()
  const { of: rewrite } = view(() => useRewrite())
  const { of: text } = view(() => useQueryText('text'))
  const gone = router.push('/slow')
  await settled()
  await rewrite({ b: '2' })
  text.value = 'late'
  await settled()
  letIn()
  await gone
  expect(router.currentRoute.value.fullPath).toBe('/slow')
})

it('a page that has been left rewrites nothing', async () => {
  const { router, view } = await atHere()
  const { of: rewrite, leave } = view(() => useRewrite())
  await router.push('/elsewhere')
  leave()
  await rewrite({ b: '2' })
  expect(router.currentRoute.value.fullPath).toBe('/elsewhere')
})

it('a page whose successor could not come is still its own', async () => {
  const { router, view } = await atHere()
  const { of: rewrite } = view(() => useRewrite())
  router.addRoute({ path: '/broken', component: () => Promise.reject(new Error('no such file')) })
  router.onError(() => {})
  await router.push('/broken').catch(() => {})
  await rewrite({ b: '2' })
  expect(router.currentRoute.value.fullPath).toBe('/here?b=2')
})
