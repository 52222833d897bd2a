import { expect, it } from 'vitest'
import { imageEndings, looksLikeImage } from '#shared/imageFiles.ts'

it('tells image files by their ending, in whatever case', () => {
  for (const ending of imageEndings) {
    expect(looksLikeImage(`a.${ending}`)).toBe(true)
    expect(looksLikeImage(`class/b.c.${ending.toUpperCase()}`)).toBe(true)
  }
})

it.each(['a', 'png', '.png', 'class/.png', 'class\\.png', 'a.png.txt', 'a.png/b', 'a.svg', 'a.', ''])(
  'takes %j for no image',
  (name) => expect(looksLikeImage(name)).toBe(false),
)
