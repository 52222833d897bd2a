import { describe, expect, it } from 'vitest'
import {
  className,
  classNamed,
  classesWith,
  classTitle,
  namesClass,
  outputTitle,
  withClassNames,
} from '#shared/classNames.ts'

const classes = ['n01440764', 'n01514668', 'n02123045', 'cat'].map((name, index) => ({ index, name }))

describe('names of classes', () => {
  it('show the name of a WordNet id first and the id second; other keys are names already', () => {
    expect(classTitle('n01514668')).toBe('cock (n01514668)')
    expect(className('n01514668')).toBe('cock')
    for (const name of ['automobile', '00_dog', 'n99999999', ''])
      expect([classTitle(name), className(name)]).toEqual([name, name])
    expect(outputTitle(['n01440764', 'sofa'], 0)).toBe('tench (n01440764)')
    expect(outputTitle(['n01440764', 'sofa'], 1)).toBe('sofa')
    expect(outputTitle([], 7)).toBe('class 7')
  })

  it('are found by a part of the name or the id, those first that begin with it', () => {
    expect(classesWith(classes, 'Tench').map(({ index }) => index)).toEqual([0])
    expect(classesWith(classes, 'n0212').map(({ index }) => index)).toEqual([2])
    // "tabby cat" is not ImageNet's name of n02123045; "tabby" is.
    expect(classesWith(classes, 'c').map(({ index }) => index)).toEqual([1, 3, 0])
    expect(classesWith(classes, ' ')).toEqual([])
  })

  it('are named by key, name, or both, whatever the case', () => {
    for (const text of ['n01440764', 'tench', ' Tench ', 'tench (n01440764)'])
      expect(classNamed(classes, text)?.index).toBe(0)
    expect(classNamed(classes, 'ten')).toBeNull()
    expect(namesClass('goldfish', 'n01440764')).toBe(false)
    // A key goes before a name.
    expect(classNamed([{ name: 'n01440764' }, { name: 'tench' }], 'tench')?.name).toBe('tench')
  })
})

describe('a table of classes', () => {
  const table = (keys: string[]) => ({
    id: 'per-class',
    title: 'Per class',
    columns: [
      { key: 'class', title: 'Resembled class', kind: 'text' as const },
      { key: 'n', title: 'Images', kind: 'integer' as const },
    ],
    rows: keys.map((key, n) => ({ class: key, n })),
  })

  it('gets a column of names before that of the ids', () => {
    const { columns, rows } = withClassNames(table(['n01440764', 'other']))
    expect(columns.map(({ key, title }) => [key, title])).toEqual([
      ['className', 'Resembled class'],
      ['class', 'WordNet id'],
      ['n', 'Images'],
    ])
    expect(rows).toEqual([
      { class: 'n01440764', className: 'tench', n: 0 },
      { class: 'other', className: 'other', n: 1 },
    ])
  })

  it('stays as it is without WordNet ids, or without such a column', () => {
    const plain = table(['cat', 'dog'])
    expect(withClassNames(plain)).toBe(plain)
    const other = table(['n01440764'])
    expect(withClassNames(other, 'name')).toBe(other)
  })
})
