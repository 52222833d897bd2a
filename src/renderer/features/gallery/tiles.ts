import type { GalleryCatalogue } from '#shared/contract/index.ts'
import { canonicalPixelTransform, madeCorruption, type PixelTransform } from '#shared/transforms/index.ts'

/** One picture of the gallery: its transform and its titles. */
export interface Tile {
  /** Canonical text of the transform, as in the picture's address. */
  transform: string
  /** Short title under the picture. */
  label: string
  /** Whole title, e.g. over the large picture. */
  title: string
  facts: { label: string; value: string }[]
}

/** A row of the grid. Its pictures differ in one thing only. */
export interface TileRow {
  id: string
  title: string
  /** Text under the title. */
  note: string
  tiles: Tile[]
}

export const wordsOf = (name: string) => {
  const words = name.replaceAll('_', ' ')
  return words === 'jpeg compression' ? 'JPEG compression' : words.charAt(0).toUpperCase() + words.slice(1)
}

const tile = (value: PixelTransform, label: string, title: string, facts: Tile['facts'] = []): Tile => ({
  transform: canonicalPixelTransform(value),
  label,
  title,
  facts,
})

export const cleanTile: Tile = tile({ op: 'identity' }, 'clean', 'Clean')

/** Every row begins with the clean picture. */
const besideClean = (tiles: Tile[]): Tile[] => [cleanTile, ...tiles]

const severities = [1, 2, 3, 4, 5]

/** Every corruption at five severities. */
export const corruptionRows = ({ corruptions }: GalleryCatalogue, seed: number, jpeg: boolean): TileRow[] =>
  corruptions.map(({ name, role, random, parameters }) => ({
    id: name,
    title: wordsOf(name),
    note: [role ?? 'in no benchmark', random ? `seed ${seed}` : 'no draw'].join(', '),
    tiles: besideClean(
      severities.map((severity) =>
        tile(
          madeCorruption({ name, severity, seed, jpeg }),
          String(severity),
          `${wordsOf(name)}, severity ${severity}`,
          [
            ...parameters.map(({ title, values }) => ({ label: title, value: values[severity - 1] ?? '' })),
            { label: 'JPEG pass', value: jpeg ? 'quality 85' : 'none' },
            { label: 'Seed', value: random ? String(seed) : 'not used' },
          ],
        ),
      ),
    ),
  }))

const percents = [10, 30, 50, 70, 90]

/** Random patch drop, for a few sizes of the patch. */
export const patchRows = (seed: number): TileRow[] =>
  [8, 16, 32].map((patch) => ({
    id: `patch-${patch}`,
    title: `Patches of ${patch} px`,
    note: `black, seed ${seed}`,
    tiles: besideClean(
      percents.map((percent) =>
        tile(
          { op: 'patchDrop', patch, percent, fill: 'black', seed, repeat: 0, group: null, draws: null },
          `${percent} %`,
          `${percent} % of the patches of ${patch} px dropped`,
          [
            { label: 'Patch', value: `${patch} px` },
            { label: 'Dropped', value: `${percent} %` },
            { label: 'Fill', value: 'black' },
            { label: 'Seed', value: String(seed) },
          ],
        ),
      ),
    ),
  }))

const centres = [100, 300, 500, 700, 900]
const imagenetStd: [number, number, number] = [0.229, 0.224, 0.225]

/**
 * Noise of single frequency bands, from weak to strong. The pictures are clipped to 0..1; the input of a model is not.
 */
export const bandRows = (seed: number): TileRow[] =>
  [0.3, 0.6, 1.2].map((epsilon) => ({
    id: `band-${epsilon}`,
    title: `Noise of RMS ${epsilon}`,
    note: `equal energy, seed ${seed}`,
    tiles: besideClean(
      centres.map((centre) =>
        tile(
          {
            op: 'bandNoise',
            centre,
            width: 200,
            epsilon,
            energy: 'equal',
            ring: 'square',
            draw: 'sign',
            std: imagenetStd,
            seed,
          },
          `${centre / 1000} π`,
          `Noise around ${centre / 1000} π, RMS ${epsilon}`,
          [
            { label: 'Middle of the band', value: `${centre / 1000} π` },
            { label: 'Width', value: '0.2 π' },
            { label: 'RMS, normalised units', value: String(epsilon) },
            { label: 'Seed', value: String(seed) },
            { label: 'Shown', value: 'cut to 0..1' },
          ],
        ),
      ),
    ),
  }))
