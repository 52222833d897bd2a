import './window.ts'
import { RPCHandler } from '@orpc/server/message-port'
import { createPinia, disposePinia, setActivePinia } from 'pinia'
import { createApp, effectScope, nextTick, type EffectScope } from 'vue'
import { createMemoryHistory, createRouter, type RouteRecordRaw } from 'vue-router'
import type { WorkspaceInfo } from '#shared/contract/index.ts'
import { link } from '../../../src/renderer/lib/engine/index.ts'
import { useEngineStore } from '../../../src/renderer/lib/stores/engine.ts'
import { useWorkspaceStore } from '../../../src/renderer/lib/stores/workspace.ts'

export const workspaceAt = (path: string): WorkspaceInfo => ({
  path,
  name: path,
  schema: 1,
  createdAt: 0,
  models: 0,
  datasets: 0,
  images: 0,
  predictions: 0,
  studies: 0,
  bytes: 0,
  readOnly: null,
  unkept: null,
  warnings: [],
})

/** Parts of an engine, implemented from the contract. */
type Parts = ConstructorParameters<typeof RPCHandler<Record<never, never>>>[0]

/**
 * Starts stores, addresses and a part of the engine over a real MessageChannel, as in the app, with an open workspace
 * at `/a`. `view` runs the setup of a view, and returns its result and a function that leaves the view.
 */
export function startApp(parts: Parts, routes: RouteRecordRaw[] = []) {
  const pinia = createPinia()
  setActivePinia(pinia)
  const none = { template: '' }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [...routes, { path: '/:rest(.*)*', component: none }],
  })
  const app = createApp(none).use(pinia).use(router)
  let end = () => {}
  function connect() {
    const { port1, port2 } = new MessageChannel()
    new RPCHandler(parts).upgrade(port1)
    port1.start()
    link.attach(port2)
    end = () => port1.close()
  }
  /** Simulates that the engine has ended and another one has started. */
  async function restart() {
    link.detach()
    end()
    await nextTick()
    connect()
  }
  const engine = useEngineStore()
  engine.start()
  connect()
  const workspace = useWorkspaceStore()
  workspace.info = workspaceAt('/a')

  const scopes: EffectScope[] = []
  function view<T>(setup: () => T): { of: T; leave: () => void } {
    const scope = effectScope(true)
    scopes.push(scope)
    const of = app.runWithContext(() => scope.run(setup))
    if (of === undefined) throw new Error('a view that sets nothing up')
    return { of, leave: () => scope.stop() }
  }
  function stop() {
    for (const scope of scopes) scope.stop()
    disposePinia(pinia)
    link.detach()
    end()
  }
  return { app, router, workspace, engine, view, restart, stop }
}
