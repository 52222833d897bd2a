import type { Picture } from './picture.ts'

/** Whether an EXIF orientation lays the picture on its side. */
export const onItsSide = (orientation: number): boolean => orientation >= 5 && orientation <= 8

/** Turns or mirrors a picture as its EXIF orientation says, like Pillow's `exif_transpose`. */
export function turned(picture: Picture, orientation: number): Picture {
  if (orientation < 2 || orientation > 8) return picture
  const { pixels, height, width } = picture
  const side = onItsSide(orientation)
  const fromRight = [2, 3, 7, 8].includes(orientation)
  const fromBelow = [3, 4, 6, 7].includes(orientation)
  const [rows, columns] = side ? [width, height] : [height, width]
  const to = new Uint8Array(pixels.length)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const [y, x] = side ? [column, row] : [row, column]
      const from = 3 * ((fromBelow ? height - 1 - y : y) * width + (fromRight ? width - 1 - x : x))
      to.set(pixels.subarray(from, from + 3), 3 * (row * columns + column))
    }
  return { pixels: to, height: rows, width: columns }
}
