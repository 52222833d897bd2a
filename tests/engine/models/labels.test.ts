import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { classSubsets, imagenet1k } from '#engine/models/labels.ts'

describe('class lists', () => {
  it('have the 1,000 classes in the order of their WordNet ids, each name once', () => {
    const { labels, wnids } = imagenet1k()
    expect(wnids).toEqual([...wnids].sort())
    expect(new Set(wnids).size).toBe(1000)
    expect(new Set(labels).size).toBe(1000)
    expect([labels[0], labels[281], labels[999]]).toEqual(['tench', 'tabby', 'toilet tissue'])
    expect(imagenet1k()).toBe(imagenet1k())
  })

  it('share 86 classes between ImageNet-A and ImageNet-R, 59 between A and O, 36 between R and O', () => {
    const { imagenetA, imagenetR, imagenetO } = classSubsets()
    const shared = (a: number[], b: number[]) => a.filter((index) => b.includes(index)).length
    expect([
      shared(imagenetA, imagenetR),
      shared(imagenetA, imagenetO),
      shared(imagenetR, imagenetO),
    ]).toEqual([86, 59, 36])
    for (const list of [imagenetA, imagenetR, imagenetO])
      expect(list).toEqual([...new Set(list)].sort((a, b) => a - b))
  })

  it('map 207 classes to the sixteen of cue conflicts, as the WordNet ids of their authors do', () => {
    const golden = z
      .object({ wnids: z.record(z.string(), z.array(z.string())) })
      .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'sixteen.golden.json'), 'utf8')))
    const { sixteen } = classSubsets()
    const { wnids } = imagenet1k()
    expect(sixteen.map(({ name }) => name)).toEqual(Object.keys(golden.wnids).sort())
    for (const { name, indices } of sixteen) {
      const known = (golden.wnids[name] ?? []).flatMap((wnid) =>
        wnids.includes(wnid) ? wnids.indexOf(wnid) : [],
      )
      expect(indices, name).toEqual(known.sort((a, b) => a - b))
    }
    expect(new Set(sixteen.flatMap(({ indices }) => indices)).size).toBe(207)
  })

  it('map 370 classes to the nine of ImageNet-9, none to two', () => {
    const all = classSubsets().imagenet9.flatMap(({ indices }) => indices)
    expect(all).toHaveLength(370)
    expect(new Set(all).size).toBe(370)
    expect(classSubsets().imagenet9.map(({ name }) => name)).toEqual([
      'dog',
      'bird',
      'vehicle',
      'reptile',
      'carnivore',
      'insect',
      'instrument',
      'primate',
      'fish',
    ])
  })
})
