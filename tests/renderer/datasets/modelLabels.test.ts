import { implement } from '@orpc/server'
import { afterEach, describe, expect, it } from 'vitest'
import { startApp, workspaceAt } from '../setting/app.ts'
import { contract } from '#shared/contract/index.ts'
import { useModelLabels } from '../../../src/renderer/features/datasets/useModelLabels.ts'
import { useModelLabelsStore } from '../../../src/renderer/lib/stores/modelLabels.ts'

let stop = () => {}
afterEach(() => stop())

/** A view with the class names of model 1. The engine returns `list.now`, or fails where that is null. */
function opened(list: { now: string[] | null }) {
  const os = implement(contract)
  const app = startApp({
    models: {
      list: os.models.list.handler(() => []),
      labels: os.models.labels.handler(() => {
        if (!list.now) throw new Error('not now')
        return { labels: list.now, set: 'own', source: 'file' as const }
      }),
    },
  })
  ;({ stop } = app)
  const names = app.view(() => useModelLabels(() => [1]))
  return { app, names: () => names.of(1) }
}

describe('the class names of a model', () => {
  it('never come from a model of another workspace', async () => {
    const list: { now: string[] } = { now: ['cat'] }
    const { app, names } = opened(list)
    await expect.poll(names).toEqual(['cat'])
    list.now = ['daisy']
    app.workspace.info = workspaceAt('/b')
    expect(names()).toEqual([])
    await expect.poll(names).toEqual(['daisy'])
  })

  it('change when another list is set, even with the same name', async () => {
    const list: { now: string[] } = { now: ['cat'] }
    const { names } = opened(list)
    await expect.poll(names).toEqual(['cat'])
    list.now = ['tabby']
    useModelLabelsStore().changed(1)
    await expect.poll(names).toEqual(['tabby'])
  })

  it('are requested again after a failure when the view is opened again', async () => {
    const list: { now: string[] | null } = { now: null }
    const { app, names } = opened(list)
    await expect.poll(() => useModelLabelsStore().asking).toBe(0)
    list.now = ['cat']
    app.view(() => useModelLabels(() => [1]))
    await expect.poll(names).toEqual(['cat'])
  })
})
