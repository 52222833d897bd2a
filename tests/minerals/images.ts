import { uniform } from './random.ts'

/** Width and height of every image, in px. */
export const side = 48

/** A mineral's look: waves per image, their direction in radians, how round they are, dark and light colour. */
interface Mineral {
  folder: string
  label: string
  waves: number
  direction: number
  round: number
  dark: [number, number, number]
  light: [number, number, number]
}

/** The classes: the name of the folder, which is not always the name that the models have for it. */
export const minerals: readonly Mineral[] = [
  mineral('Agate', 'agate', 9, 0.3, 0, [120, 60, 30], [225, 190, 150]),
  mineral('Basalt', 'basalt', 4, 1.2, 1, [60, 62, 66], [140, 142, 148]),
  mineral('Chalk', 'chalk', 3, 0, 1, [176, 172, 160], [240, 238, 230]),
  mineral('Flint', 'flint', 6, 2, 0, [62, 58, 52], [150, 138, 120]),
  mineral('Gneis', 'gneiss', 13, 0.9, 0, [84, 80, 82], [190, 184, 182]),
  mineral('Granite', 'granite', 13, 0, 1, [96, 78, 76], [214, 190, 180]),
  mineral('Malachit', 'malachite', 6, 0.3, 0, [16, 84, 62], [110, 196, 150]),
  mineral('Marble', 'marble', 3, 2.4, 0, [150, 150, 158], [244, 244, 246]),
  mineral('Slate', 'slate', 9, 1.6, 0, [52, 62, 74], [128, 138, 152]),
]

function mineral(
  folder: string,
  label: string,
  waves: number,
  direction: number,
  round: number,
  dark: [number, number, number],
  light: [number, number, number],
): Mineral {
  return { folder, label, waves, direction, round, dark, light }
}

/** Paints an image of a class: RGB bytes of side x side x 3. The same seed gives the same bytes. */
export function paint(at: number, seed: number): Uint8Array {
  const { waves, direction, round, dark, light } =
    minerals[at] ?? mineral('', '', 1, 0, 0, [0, 0, 0], [0, 0, 0])
  const next = uniform(1000 * at + seed + 1)
  const angle = direction + 0.6 * (next() - 0.5)
  const pace = (2 * Math.PI * waves * (0.8 + 0.4 * next())) / side
  const [phase, other, bend, glow] = [6.28 * next(), 6.28 * next(), 3 * next(), 0.7 + 0.5 * next()]
  const tint = [0, 1, 2].map(() => 80 * (next() - 0.5))
  const pixels = new Uint8Array(side * side * 3)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const along = x * Math.cos(angle) + y * Math.sin(angle)
      const across = y * Math.cos(angle) - x * Math.sin(angle)
      const wave = Math.sin(along * pace + phase + bend * Math.sin((across * 6.28) / side))
      const spots = wave * Math.sin(across * pace + other)
      const mix = 0.5 + 0.5 * glow * (round ? spots : wave) + 0.35 * (next() - 0.5)
      for (let channel = 0; channel < 3; channel++) {
        const [low = 0, high = 0] = [dark[channel], light[channel]]
        const value = low + mix * (high - low) + (tint[channel] ?? 0) + 24 * (next() - 0.5)
        pixels[3 * (y * side + x) + channel] = Math.max(0, Math.min(255, Math.round(value)))
      }
    }
  return pixels
}
