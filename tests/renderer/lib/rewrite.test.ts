import { afterEach, expect, it } from 'vitest'
import { computed, nextTick } from 'vue'
import { matchedRouteKey, type RouteComponent } from 'vue-router'
import { startApp } from '../setting/app.ts'
import { useQueryText } from '../../../src/renderer/lib/useQuery.ts'
import { followNavigation, useRewrite } from '../../../src/renderer/lib/useRewrite.ts'

let stop = () => {}
afterEach(() => stop())

/** The app at `/here`, with another page whose code loads only when the test lets it. */
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
  await rewrite.to({ ...router.currentRoute.value.query, b: '2', c: undefined })
  expect(router.currentRoute.value.fullPath).toBe('/here?a=1&b=2')
})

it('an answer that comes while the next page is loading does not cancel its navigation', async () => {
  const { router, view, letIn } = await atHere()
  const { of: rewrite } = view(() => useRewrite())
  const { of: text } = view(() => useQueryText('text'))
  const gone = router.push('/slow')
  await settled()
  await rewrite.to({ b: '2' })
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
  await rewrite.to({ b: '2' })
  expect(router.currentRoute.value.fullPath).toBe('/elsewhere')
})

it('a page that is no longer shown rewrites nothing, even while its component still exists', async () => {
  const { app, router, view } = await atHere()
  const page = router.resolve('/here').matched[0]
  app.provide(
    matchedRouteKey,
    computed(() => page),
  )
  const { of: rewrite } = view(() => useRewrite())
  await rewrite.to({ b: '2' })
  expect(router.currentRoute.value.fullPath).toBe('/here?b=2')
  await router.push('/elsewhere')
  await rewrite.to({ b: '3' })
  expect(router.currentRoute.value.fullPath).toBe('/elsewhere')
})

it('changes of one tick are written together, even if a component is removed within the tick', async () => {
  const { router, view } = await atHere()
  const [stays, leaves] = [view(() => useQueryText('b')), view(() => useQueryText('c'))]
  stays.of.value = '2'
  leaves.of.value = '3'
  leaves.leave()
  await expect.poll(() => router.currentRoute.value.fullPath).toBe('/here?a=1&b=2')
})

it('a page can rewrite after a navigation that leads back to it', async () => {
  const { router, view } = await atHere()
  const { of: rewrite } = view(() => useRewrite())
  router.addRoute({ path: '/shut', component: { template: '' }, beforeEnter: () => '/here?a=1' })
  await router.push('/shut')
  expect(router.currentRoute.value.fullPath).toBe('/here?a=1')
  await rewrite.to({ b: '2' })
  expect(router.currentRoute.value.fullPath).toBe('/here?b=2')
})

it('a page can rewrite after a navigation that failed', async () => {
  const { router, view } = await atHere()
  const { of: rewrite } = view(() => useRewrite())
  router.addRoute({ path: '/broken', component: () => Promise.reject(new Error('no such file')) })
  router.onError(() => {})
  await router.push('/broken').catch(() => {})
  await rewrite.to({ b: '2' })
  expect(router.currentRoute.value.fullPath).toBe('/here?b=2')
})
