import type { ConditionWords } from '#shared/contract/index.ts'

/** What is said of a condition, for tests that care about some of it: its key is its level and its title. */
export const wordsFor = (key: string, words: Partial<ConditionWords> = {}): ConditionWords => ({
  title: key,
  baseline: false,
  way: '',
  draw: null,
  level: key,
  x: null,
  place: null,
  ...words,
})

/** Of a share of patches dropped at random. */
export const droppedWords = (percent: number, repeat: number): ConditionWords =>
  wordsFor(`percent=${percent}`, {
    ...(percent === 0
      ? { title: 'nothing dropped', baseline: true }
      : { title: `${percent} % dropped`, draw: `draw ${repeat + 1}` }),
    x: percent,
    place: `${percent} %`,
  })
