import type { FactOf, ImageFacets, ImageFilter, ImageOrder, ImageSelection } from '#shared/contract/index.ts'
import type { ConfusionCounts } from './confuse.ts'
import type { Known } from './library.ts'

interface Over {
  datasetId: number
  known: Known
  filter: ImageFilter
}

/** What the browse worker can be asked. */
export type BrowseTask =
  /** Image ids from a place on (or after an image), in order. */
  | (Over & {
      kind: 'page'
      order: ImageOrder
      from: number
      after: number | null
      limit: number
    })
  /** Where an image is, and its neighbours. */
  | (Over & { kind: 'place'; order: ImageOrder; imageId: number })
  | (Over & { kind: 'facets'; shownFacts: FactOf[]; tags: string[] })
  | (Over & { kind: 'confusion'; shownFact: FactOf })
  /** Ids of a selection, in order. */
  | (Over & { kind: 'selection'; selection: ImageSelection; order: ImageOrder })

export interface BrowseResults {
  page: { ids: Uint32Array; images: number; from: number }
  place: { place: number | null; previous: number | null; next: number | null; images: number }
  facets: ImageFacets
  confusion: ConfusionCounts
  selection: { ids: Uint32Array }
}
