import '../setting/window.ts'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'

beforeEach(() => setActivePinia(createPinia()))

async function history() {
  const { useHistoryStore } = await import('../../../src/renderer/lib/stores/history.ts')
  return useHistoryStore()
}

/** A number that the test changes. */
function counter(store: Awaited<ReturnType<typeof history>>, scope: string) {
  let value = 0
  const set = (next: number, merge?: string, at = 0) => {
    const before = value
    value = next
    const change = { title: `to ${next}`, undo: () => void (value = before), redo: () => void (value = next) }
    store.note(scope, merge === undefined ? change : { ...change, merge }, at)
  }
  return { set, get: () => value }
}

describe('undo and redo', () => {
  it('move through the changes of the open scope only', async () => {
    const store = await history()
    const [a, b] = [counter(store, 'a'), counter(store, 'b')]
    const leaveA = store.enter('a')
    a.set(1)
    b.set(7)
    a.set(2)
    expect(store.undoable?.title).toBe('to 2')
    await store.undo()
    await store.undo()
    expect([a.get(), b.get()]).toEqual([0, 7])
    expect(store.undoable).toBeNull()
    await store.undo()
    await store.redo()
    expect(a.get()).toBe(1)
    const leaveB = store.enter('b')
    await store.undo()
    expect([a.get(), b.get()]).toEqual([1, 0])
    leaveB()
    expect(store.redoable?.title).toBe('to 2')
    leaveA()
    expect(store.redoable).toBeNull()
  })

  it('forget what was undone once something new is done', async () => {
    const store = await history()
    store.enter('a')
    const a = counter(store, 'a')
    a.set(1)
    await store.undo()
    a.set(5)
    expect(store.redoable).toBeNull()
    await store.undo()
    expect(a.get()).toBe(0)
  })

  it('join changes with the same key into one step', async () => {
    const store = await history()
    store.enter('a')
    const a = counter(store, 'a')
    a.set(1, 'slide', 0)
    a.set(2, 'slide', 500)
    a.set(3, 'slide', 900)
    a.set(4, 'slide', 5000)
    await store.undo()
    expect(a.get()).toBe(3)
    await store.undo()
    expect(a.get()).toBe(0)
    await store.redo()
    expect(a.get()).toBe(3)
  })

  it('run one after another, and keep a change that could not be undone', async () => {
    const store = await history()
    store.enter('a')
    const order: string[] = []
    const slow = (name: string) => async () => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      order.push(name)
    }
    store.note('a', { title: 'first', undo: slow('first'), redo: slow('again') })
    store.note('a', { title: 'second', undo: slow('second'), redo: slow('again') })
    await Promise.all([store.undo(), store.undo()])
    expect(order).toEqual(['second', 'first'])
    store.note('a', { title: 'stuck', undo: () => Promise.reject(new Error('no')), redo: () => {} })
    await expect(store.undo()).rejects.toThrow('no')
    expect(store.undoable?.title).toBe('stuck')
  })

  it('keep at most two hundred changes', async () => {
    const store = await history()
    store.enter('a')
    const a = counter(store, 'a')
    for (let k = 1; k <= 250; k++) a.set(k)
    for (let k = 0; k < 300; k++) await store.undo()
    expect(a.get()).toBe(50)
  })
})
