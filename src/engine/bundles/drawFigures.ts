import { join } from 'node:path'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { LruMap, remembered } from '../base/lruMap.ts'
import { plainName, writeFigure, type Press } from '../figures/index.ts'

/** Folder of the figures in a bundle. */
export const figuresFolder = 'figures'

const formats = ['pdf', 'svg', 'csv', 'txt'] as const

/** How the figures of a bundle are drawn. */
const options = { widthInches: 6.75, dpi: 300 }

/**
 * Draws a figure of a bundle in all its formats into the folder `figures` of a folder. Returns the names of the files in
 * the bundle. The same figure gives the same bytes.
 *
 * @throws the errors of `writeFigure`
 */
export async function drawFigure(
  render: Press['render'],
  figure: FigureSpec,
  folder: string,
  provenance: readonly string[],
): Promise<string[]> {
  const named = { ...figure, id: plainName(figure.id) }
  await writeFigure(render, named, formats, join(folder, figuresFolder), options, provenance)
  return figureNames(figure.id, provenance)
}

/** Names of the files of a figure in a bundle, without drawing it. */
export function figureNames(id: string, provenance: readonly string[]): string[] {
  const endings = [...formats, ...(provenance.length > 0 ? ['provenance.txt'] : [])]
  return endings.map((ending) => `${figuresFolder}/${plainName(id)}.${ending}`)
}

/** Most renderings that are kept. */
const mostKept = 64

/** Renders as a press, and keeps the last renderings: bundles of one study have the same figures. */
export function keptRenderings(render: Press['render']): Press['render'] {
  const kept = new LruMap<string, Promise<Uint8Array>>(mostKept)
  return (request) => remembered(kept, JSON.stringify(request), () => render(request))
}
