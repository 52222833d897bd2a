import { tables } from './tables.ts'

/**
 * A colour map: its name in files and addresses, its title, a hint in lower case or none, and its colours from the
 * smallest to the largest value, six hexadecimal digits each. It has two or more evenly spaced colours; colours between
 * them are mixed in sRGB. The middle of a diverging map means zero.
 */
export interface ColourMapEntry {
  id: string
  title: string
  hint: string | null
  kind: 'sequential' | 'diverging'
  stops: string
}

/** Every colour map. The first sequential one is the default. */
export const colourMaps = [
  { id: 'viridis', title: 'viridis', hint: null, kind: 'sequential', stops: tables.viridis },
  {
    id: 'cividis',
    title: 'cividis',
    hint: 'made for colour-blind eyes',
    kind: 'sequential',
    stops: tables.cividis,
  },
  {
    id: 'diverging',
    title: 'signed',
    hint: 'white at 0, the same limit on both sides',
    kind: 'diverging',
    stops: tables.rdbu,
  },
] as const satisfies readonly ColourMapEntry[]

type KnownMap = (typeof colourMaps)[number]

export type ColourMap = KnownMap['id']
/** Maps for magnitudes. */
export type SequentialMap = Extract<KnownMap, { kind: 'sequential' }>['id']
/** Maps for signed values. */
export type DivergingMap = Extract<KnownMap, { kind: 'diverging' }>['id']

/** The map for signed values in figures. */
export const signedMap: DivergingMap = 'diverging'

export const sequentialEntries = colourMaps.filter((map) => map.kind === 'sequential')

const others = <Id extends ColourMap>(ids: readonly Id[]) => ids.filter((id) => id !== 'viridis')

/** Ids of the sequential maps. The default comes first. */
export const sequentialMaps: readonly [SequentialMap, ...SequentialMap[]] = [
  'viridis',
  ...others(sequentialEntries.map(({ id }) => id)),
]
export const colourMapIds: readonly [ColourMap, ...ColourMap[]] = [
  'viridis',
  ...others(colourMaps.map(({ id }) => id)),
]

const diverging = new Set<string>(colourMaps.filter(({ kind }) => kind === 'diverging').map(({ id }) => id))

/** Whether the middle of the map means zero. */
export const isDiverging = (map: ColourMap): boolean => diverging.has(map)
