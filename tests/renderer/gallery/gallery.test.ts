import { effectScope } from 'vue'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { GalleryCatalogue } from '#shared/contract/index.ts'
import { pixelTransform } from '#shared/transforms/index.ts'
import {
  bandRows,
  cleanTile,
  corruptionRows,
  patchRows,
} from '../../../src/renderer/features/gallery/tiles.ts'
import { useFilm } from '../../../src/renderer/features/gallery/useFilm.ts'

const catalogue: GalleryCatalogue = {
  corruptions: [
    {
      name: 'jpeg_compression',
      role: 'benchmark',
      random: false,
      parameters: [{ title: 'Quality', values: ['25', '18', '15', '10', '7'] }],
    },
  ],
  perturbations: [],
}

describe('the rows of the gallery', () => {
  it('begin with the clean picture and show every severity with its parameters', () => {
    const [row] = corruptionRows(catalogue, 7, true)
    expect(row?.title).toBe('JPEG compression')
    expect(row?.tiles.map(({ label }) => label)).toEqual(['clean', '1', '2', '3', '4', '5'])
    expect(row?.tiles[0]).toBe(cleanTile)
    expect(row?.tiles[5]?.facts).toContainEqual({ label: 'Quality', value: '7' })
    expect(row?.tiles[5]?.facts).toContainEqual({ label: 'Seed', value: 'not used' })
  })

  it('have different transforms that the engine accepts', () => {
    const rows = [...corruptionRows(catalogue, 7, false), ...patchRows(7), ...bandRows(7)]
    const texts = rows.flatMap(({ tiles }) => tiles.slice(1).map((tile) => tile.transform))
    expect(new Set(texts).size).toBe(texts.length)
    for (const text of texts) {
      const value = pixelTransform.parse(JSON.parse(text))
      expect(value).toMatchObject({ seed: 7 })
    }
  })
})

describe('a film', () => {
  function film(frames: number) {
    vi.useFakeTimers()
    const scope = effectScope()
    onTestFinished(() => {
      scope.stop()
      vi.useRealTimers()
    })
    const found = scope.run(() => useFilm(() => frames))
    if (!found) throw new Error('no film')
    return found
  }

  it('stands still until it is played, repeats, and stops at a step', () => {
    const { frame, playing, play, step } = film(3)
    vi.advanceTimersByTime(1000)
    expect([frame.value, playing.value]).toEqual([0, false])
    play()
    vi.advanceTimersByTime(500)
    expect([frame.value, playing.value]).toEqual([1, true])
    step(1)
    vi.advanceTimersByTime(1000)
    expect([frame.value, playing.value]).toEqual([2, false])
  })

  it('steps backwards past its beginning, and seeks only inside its frames', () => {
    const { frame, step, seek } = film(31)
    step(-1)
    expect(frame.value).toBe(30)
    seek(99)
    expect(frame.value).toBe(30)
    seek(-3)
    expect(frame.value).toBe(0)
  })
})
