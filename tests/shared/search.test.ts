import { describe, expect, it } from 'vitest'
import { found } from '#shared/search.ts'

const titles = (typed: string, entries: readonly { title: string; words?: string }[]) =>
  found(entries, typed).map(({ title }) => title)

describe('what a text finds', () => {
  it('is ordered by how well the title fits, then by other words', () => {
    const entries = [
      { title: 'Quiet', words: 'lesion blocks' },
      { title: 'My old lesion of ResNet' },
      { title: 'Prelesional' },
      { title: 'Lesion study' },
      { title: 'Lesion' },
      { title: 'Noise' },
    ]
    expect(titles('lesion', entries)).toEqual([
      'Lesion',
      'Lesion study',
      'My old lesion of ResNet',
      'Prelesional',
      'Quiet',
    ])
  })

  it('has every typed word, in any order, whatever case, accents and signs', () => {
    const entries = [{ title: 'ResNet-50, Vögel' }, { title: 'ResNet 18' }]
    expect(titles('vogel resnet', entries)).toEqual(['ResNet-50, Vögel'])
    expect(titles('RESNET-50', entries)).toEqual(['ResNet-50, Vögel'])
  })

  it('has near spellings last, and everything for no text', () => {
    const entries = [{ title: 'Saliency gallery' }, { title: 'Salient patch drop' }]
    expect(titles('salency', entries)).toEqual(['Saliency gallery'])
    expect(titles('  ', entries)).toEqual(['Saliency gallery', 'Salient patch drop'])
    expect(titles('zebra', entries)).toEqual([])
  })

  it('keeps the order of equal ones', () => {
    const entries = [{ title: 'Run B' }, { title: 'Run A' }]
    expect(titles('run', entries)).toEqual(['Run B', 'Run A'])
  })
})
