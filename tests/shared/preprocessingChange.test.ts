import { describe, expect, it } from 'vitest'
import { studyPreprocessings, type Preprocessing } from '#shared/contract/preprocessing.ts'
import {
  changesNothing,
  changeText,
  differences,
  preprocessingsText,
  shownTitle,
  withChange,
} from '#shared/preprocessingChange.ts'
import { modelIdOf, placeOf, shownId } from '#shared/shownModel.ts'

const vit: Preprocessing = {
  size: [224, 224],
  resize: 'shorter',
  resizeTo: 248,
  interpolation: 'bicubic',
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
}

describe('a change of preprocessing', () => {
  it('of the published scripts is their 256 and 224 pixels, at any input', () => {
    const published = { resize: 'shorter', crop: 0.875, interpolation: 'bilinear' } as const
    expect(withChange(vit, published)).toMatchObject({
      resizeTo: 256,
      interpolation: 'bilinear',
      mean: vit.mean,
    })
    expect(withChange({ ...vit, size: [384, 384] }, published).resizeTo).toBe(438)
    expect(withChange(vit, { resize: 'none' })).toMatchObject({ resize: 'none', resizeTo: null })
    expect(withChange(vit, {})).toEqual(vit)
  })

  it('is described by what differs', () => {
    expect(differences(withChange(vit, { interpolation: 'bicubic' }), vit)).toEqual([])
    expect(
      differences(withChange(vit, { mean: [0, 0, 0], std: [0.2, 0.25, 0.2], resize: 'squash' }), vit),
    ).toEqual([
      { shown: 'squashed to 224x224', own: 'shorter side 248' },
      { shown: 'mean 0, std 0.2/0.25/0.2', own: 'mean and std 0.5' },
    ])
    const whole: Preprocessing = { ...vit, resize: 'none', resizeTo: null }
    expect(differences({ ...whole, interpolation: 'bilinear' }, whole)).toEqual([])
    expect(differences(vit, whole)).toEqual([{ shown: 'shorter side 248 (bicubic)', own: 'no resize' }])
  })

  it('has words and titles', () => {
    const crop = { resize: 'shorter', crop: 0.875, std: [1, 1, 1] } as const
    expect(changeText({ ...crop, std: [1, 1, 1] })).toBe('crop of 87.5 % of the shorter side, std 1')
    expect([changesNothing({ name: 'a' }), changesNothing({ resize: 'none' })]).toEqual([true, false])
    expect(preprocessingsText([{}, { name: 'a', interpolation: 'bilinear' }])).toBe("each model's own | a")
    expect(preprocessingsText([{}])).toBeNull()
    const study = { preprocessings: [{}, { interpolation: 'bilinear' as const }] }
    expect(shownTitle(study, shownId(3, 1), 'ViT')).toBe('ViT (bilinear)')
    expect(shownTitle({}, 3, 'ViT')).toBe('ViT')
  })

  it('is refused with a crop without its resize, and with names that are the same', () => {
    expect(studyPreprocessings.safeParse([{ crop: 0.9 }]).success).toBe(false)
    expect(studyPreprocessings.safeParse([{ size: [1, 1] }]).success).toBe(false)
    const twice = [{ interpolation: 'bilinear' }, { interpolation: 'bilinear' }]
    expect(studyPreprocessings.safeParse(twice).success).toBe(false)
  })
})

it('ids of models in a study give back model and place, and the first place is the model itself', () => {
  expect(shownId(7, 0)).toBe(7)
  for (const place of [0, 1, 3]) {
    const id = shownId(7, place)
    expect([modelIdOf(id), placeOf(id)]).toEqual([7, place])
  }
})
