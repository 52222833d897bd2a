import type { Stretch } from '../../facts/index.ts'

/** What a stretch of a run took, in seconds; `opening`: what went into opening sessions and filling the first batch. */
export interface StretchTime {
  images: number
  opening: number
  all: number
}

/** Share of the time that may go into opening sessions again. */
const mostOpening = 0.05
/** Images of the first stretch, where it is not known what opening takes. */
const firstImages = 256
/** A stretch is at most this many times as long as the one before. */
const growth = 8

/**
 * Cuts the order of a study into stretches, so that its models and graphs grow together: each stretch is measured of all of
 * them before the next is begun. They are as short as opening sessions again lets them be.
 */
export interface Stretches {
  /** The next stretch; null at the end. */
  next(): Stretch | null
  /** Takes in what the last stretch took. */
  took(time: StretchTime): void
}

/**
 * @param images of the longest order of the study
 * @param stored images at the beginning that are stored, about; nothing has to be opened for them
 * @param least images of a stretch; null where looking often is of no use
 * @param alone whether one session measures all, so that nothing has to be cut
 */
export function stretches(images: number, stored: number, least: number | null, alone: boolean): Stretches {
  const smallest = Math.max(1, least ?? firstImages)
  let from = 0
  let first = true
  let length = alone ? images : Math.min(images, stored) + smallest
  return {
    next() {
      if (from >= images) return null
      // What would be left over is no stretch of its own.
      const to = images - from - length < length / 2 ? images : from + length
      const stretch = { from, to: to === images ? Infinity : to }
      from = to
      return stretch
    },
    took({ images: done, opening, all }) {
      const work = all - opening
      if (alone || work <= 0) return
      // Some sessions stay open, so the first time says nothing of the next.
      if (first) {
        first = false
        length = 2 * smallest
        return
      }
      const wanted = Math.ceil((done * opening) / (mostOpening * work))
      length = Math.max(smallest, Math.min(wanted, growth * done))
    },
  }
}

/** One stretch, and no more. */
export function oneStretch(stretch: Stretch): Stretches {
  const left = [stretch]
  return { next: () => left.pop() ?? null, took: () => undefined }
}

/** Takes the time of one model in a stretch. */
export interface ModelTime {
  /** Takes in that so many rows were computed since the last call. */
  add(rows: number): void
  /** Seconds before the first rows, without what they themselves should have taken. */
  opening(): number
}

export function modelTime(now: () => number = () => performance.now()): ModelTime {
  const begun = now()
  let [first, firstRows, rows, last] = [0, 0, 0, begun]
  return {
    add(count) {
      if (count === 0) return
      last = now()
      if (rows === 0) [first, firstRows] = [last, count]
      rows += count
    },
    opening() {
      if (rows === 0) return 0
      const until = first - begun
      // With one batch alone it is not known which part of the time it took.
      const own = rows > firstRows ? (firstRows * (last - first)) / (rows - firstRows) : until / 2
      return Math.max(0, until - own) / 1000
    },
  }
}
