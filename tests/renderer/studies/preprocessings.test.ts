import { expect, it } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import type { Study, StudyKind } from '#shared/contract/index.ts'
import { usePreprocessings } from '../../../src/renderer/features/studies/new/usePreprocessings.ts'

const kindOf = (id: string, published?: StudyKind['published']): StudyKind => ({
  ...{ id, title: id, section: '4', group: 'experiment', description: '', params: {}, presets: [] },
  ...{ definitions: [], draws: false, reads: 'images', asks: [] },
  ...(published ? { published } : {}),
})
const lesion = kindOf('lesion', { name: 'as published', interpolation: 'bicubic' })
const occlusion = kindOf('occlusion', { name: 'as published', interpolation: 'bilinear' })
const bilinear = { interpolation: 'bilinear' as const }

function opened(like: Partial<Study> | null = null) {
  const kind = shallowRef<StudyKind | null>(lesion)
  const study = like && {
    ...{ id: 1, kind: 'lesion', title: '', params: {}, modelIds: [1], datasetId: 1 },
    ...{ sample: null, createdAt: 0, job: null, ...like },
  }
  const scope = effectScope()
  const of = scope.run(() => usePreprocessings(kind, shallowRef<Study | null>(study)))
  if (!of) throw new Error('the scope is not active')
  return { kind, of }
}

it("asks for nothing but the models' own until something is chosen", () => {
  const { of } = opened()
  expect([of.mode.value, of.asked.value, of.text.value]).toEqual(['own', undefined, "each model's own"])
  of.setMode('beside')
  // An empty row changes nothing.
  expect([of.changes.value, of.asked.value]).toEqual([[{}], undefined])
  of.add(bilinear)
  expect(of.asked.value).toEqual([{}, bilinear])
  of.setMode('instead')
  expect([of.asked.value, of.text.value]).toEqual([[bilinear], 'bilinear'])
  of.remove(0)
  expect([of.mode.value, of.asked.value]).toEqual(['own', undefined])
})

it('asks for each once, and for four at most', () => {
  const { of } = opened()
  for (const name of ['a', 'a', 'b', 'c', 'd']) of.add({ ...bilinear, name })
  expect(of.asked.value?.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  expect(of.room.value).toBe(false)
  of.setMode('beside')
  expect(of.asked.value).toHaveLength(3)
})

it('takes those of the study that the new one is like', () => {
  expect(opened({ preprocessings: [{}, bilinear] }).of.mode.value).toBe('beside')
  const { of } = opened({ preprocessings: [bilinear] })
  expect([of.mode.value, of.asked.value]).toEqual(['instead', [bilinear]])
  expect(opened({}).of.mode.value).toBe('own')
})

it('follows the kind with what is published of it', async () => {
  const { of, kind } = opened()
  of.add(lesion.published ?? {})
  kind.value = occlusion
  await nextTick()
  expect(of.asked.value).toEqual([occlusion.published])
  kind.value = kindOf('clean')
  await nextTick()
  expect(of.asked.value).toBeUndefined()
})
