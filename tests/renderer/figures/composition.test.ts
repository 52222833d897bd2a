import { implement } from '@orpc/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startApp, workspaceAt } from '../setting/app.ts'
import { contract } from '#shared/contract/index.ts'
import { emptyComposition, type Composition } from '#shared/figures/compose/index.ts'
import { useComposition } from '../../../src/renderer/features/figures/compose/useComposition.ts'
import { useHistoryStore } from '../../../src/renderer/lib/stores/history.ts'

const report = vi.fn<(thrown: unknown) => void>()
vi.mock('../../../src/renderer/ui/useProblems.ts', () => ({ useProblems: () => ({ report }) }))

/** An engine with one composed figure, id 7, whose saves can be made to fail. */
function figures() {
  const os = implement(contract)
  const kept = { composition: emptyComposition('First'), revision: 1, saves: 0, fail: false }
  const stored = (composition: Composition) => ({
    id: 7,
    composition,
    revision: kept.revision,
    changedAt: 0,
  })
  const compositions = {
    get: os.compositions.get.handler(() => stored(kept.composition)),
    save: os.compositions.save.handler(({ input }) => {
      kept.saves++
      if (kept.fail) throw new Error('the disk is full')
      kept.composition = input.composition
      kept.revision++
      return stored(input.composition)
    }),
    state: os.compositions.state.handler(() => ({
      width: 3,
      height: 2,
      panels: [],
      series: [],
      venue: null,
      caption: '',
      provenance: [],
    })),
  }
  return { kept, parts: { compositions } }
}

let stop = () => {}
afterEach(() => {
  stop()
  report.mockClear()
})
async function opened() {
  const { kept, parts } = figures()
  const app = startApp(parts)
  ;({ stop } = app)
  const first = app.view(() => useComposition(7))
  await expect.poll(() => first.of.ready.value).toBe(true)
  return { kept, app, first }
}
const rename = (view: ReturnType<typeof useComposition>, title: string) =>
  view.change('Rename', (now) => ({ ...now, title }))

describe('a composed figure', () => {
  it('changes on the screen when a change from an earlier visit is undone', async () => {
    const { kept, app, first } = await opened()
    rename(first.of, 'Second')
    await expect.poll(() => first.of.saved.value).toBe('saved')
    first.leave()
    const second = app.view(() => useComposition(7))
    await expect.poll(() => second.of.draft.value?.title).toBe('Second')
    await useHistoryStore().undo()
    expect(second.of.draft.value?.title).toBe('First')
    await expect.poll(() => kept.composition.title).toBe('First')
    await expect.poll(() => second.of.saved.value).toBe('saved')
  })

  it('reports that it could not be saved, and is saved on a retry', async () => {
    const { kept, first } = await opened()
    kept.fail = true
    rename(first.of, 'Second')
    await expect.poll(() => first.of.saved.value).toBe('failed')
    expect(report).toHaveBeenCalledOnce()
    kept.fail = false
    await first.of.retry()
    expect([first.of.saved.value, kept.composition.title]).toEqual(['saved', 'Second'])
  })

  it('keeps unsaved changes when the view is left, and saves them on return', async () => {
    const { kept, app, first } = await opened()
    kept.fail = true
    rename(first.of, 'Second')
    await expect.poll(() => first.of.saved.value).toBe('failed')
    first.leave()
    kept.fail = false
    const second = app.view(() => useComposition(7))
    expect(second.of.draft.value?.title).toBe('Second')
    await expect.poll(() => kept.composition.title).toBe('Second')
    await expect.poll(() => second.of.saved.value).toBe('saved')
  })

  it('saves the last change at once when the view is left', async () => {
    const { kept, first } = await opened()
    rename(first.of, 'Second')
    first.leave()
    await expect.poll(() => kept.composition.title).toBe('Second')
    expect(kept.saves).toBe(1)
  })

  it('is never saved into a workspace that was opened meanwhile', async () => {
    const { kept, app, first } = await opened()
    rename(first.of, 'Second')
    app.workspace.info = workspaceAt('/b')
    first.leave()
    const other = app.view(() => useComposition(7))
    await expect.poll(() => other.of.draft.value?.title).toBe('First')
    rename(other.of, 'Of the other workspace')
    await expect.poll(() => kept.composition.title).toBe('Of the other workspace')
    expect(kept.saves).toBe(1)
  })
})
