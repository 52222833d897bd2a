import { describe, expect, it } from 'vitest'
import { changeName, changeNameOf, changeTitle, rewriteOfChange } from '#shared/changedModel.ts'
import type { Rewrite } from '#shared/rewrites.ts'

describe('the name of a changed model', () => {
  it.each([
    [{ op: 'lesion', blocks: [2, 6] }, 'without-3-7', 'with blocks 3, 7 removed'],
    [{ op: 'lesion', blocks: [0] }, 'without-1', 'with block 1 removed'],
    [{ op: 'lesion', blocks: [0, 1, 2, 4, 5] }, 'without-1-2-3-5-6', 'with blocks 1 to 3, 5, 6 removed'],
    [{ op: 'maskKernel', size: 5 }, 'kernels-5', 'with kernels cut to 5×5'],
  ] satisfies [Rewrite, string, string][])(
    'of %o is %s, and is read as the same rewrite',
    (rewrite, name, title) => {
      expect(changeNameOf(rewrite)).toBe(name)
      expect(rewriteOfChange(name)).toEqual(rewrite)
      expect(changeName.safeParse(name).success).toBe(true)
      expect(changeTitle(name)).toBe(title)
    },
  )

  it('is null for the unchanged model, and for a model whose inner tensors are read', () => {
    expect(changeNameOf({ op: 'none' })).toBeNull()
    expect(changeNameOf({ op: 'probe', what: 'variance', together: null, version: 1 })).toBeNull()
  })

  it.each([
    'without',
    'without-',
    'without-0',
    'without-7-3',
    'without-3-3',
    'kernels-0',
    'kernels-3-5',
    'x',
    '',
  ])('is not %j: one model has one name', (name) => expect(changeName.safeParse(name).success).toBe(false))
})
