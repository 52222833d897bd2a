import { expect, it } from 'vitest'
import { LruMap, remembered } from '#engine/base/lruMap.ts'

it('drops what was used longest ago', () => {
  const map = new LruMap<string, number>(2)
  map.set('a', 1)
  map.set('b', 2)
  expect(map.get('a')).toBe(1)
  map.set('c', 3)
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([1, undefined, 3])
})

it('counts sizes, and keeps what was set last whatever its size', () => {
  const map = new LruMap<string, string>(5, ({ length }) => length)
  map.set('a', 'aa')
  map.set('b', 'bb')
  map.set('a', 'aaa')
  expect(map.get('b')).toBe('bb')
  map.set('c', 'c')
  expect(map.get('a')).toBeUndefined()
  map.set('d', 'dddddd')
  expect(['b', 'c', 'd'].map((key) => map.get(key))).toEqual([undefined, undefined, 'dddddd'])
  map.set('e', 'eeeee')
  expect(['d', 'e'].map((key) => map.get(key))).toEqual([undefined, 'eeeee'])
  map.clear()
  map.set('f', 'ff')
  map.set('g', 'ggg')
  expect(map.get('f')).toBe('ff')
})

it('deletes a key, or only what is meant by it', () => {
  const map = new LruMap<string, number>(1)
  map.set('a', 1)
  map.delete('a', 2)
  expect(map.get('a')).toBe(1)
  map.delete('a')
  map.delete('a')
  map.set('b', 2)
  expect([map.get('a'), map.get('b')]).toEqual([undefined, 2])
})

it('makes once what is asked for twice, and again what failed', async () => {
  const map = new LruMap<string, Promise<number>>(2)
  let made = 0
  const make = () => Promise.resolve(++made)
  expect(await Promise.all([remembered(map, 'a', make), remembered(map, 'a', make)])).toEqual([1, 1])
  await expect(remembered(map, 'b', () => Promise.reject(new Error('not now')))).rejects.toThrow('not now')
  expect(await remembered(map, 'b', make)).toBe(2)
})
