import { expect, it } from 'vitest'
import { imageEndings, looksLikeImage } from '#shared/imageFiles.ts'

it('recognises image files by their ending, in upper and lower case', () => {
  for (const ending of imageEndings) {
    expect(looksLikeImage(`a.${ending}`)).toBe(true)
    expect(looksLikeImage(`class/b.c.${ending.toUpperCase()}`)).toBe(true)
  }
})

it.each(['a', 'png', '.png', 'class/.png', 'class\\.png', 'a.png.txt', 'a.png/b', 'a.svg', 'a.', ''])(
  'does not take %j for an image',
  (name) => expect(looksLikeImage(name)).toBe(false),
)
