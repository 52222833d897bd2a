import type { FactOf, ImageFacets, ImageFilter, ImageOrder, ImageSelection } from '#shared/contract/index.ts'
import type { ConfusionCounts } from './confuse.ts'
import type { BrowseReferences } from './columnReader.ts'

interface FilterRequest {
  datasetId: number
  known: BrowseReferences
  filter: ImageFilter
}

/** A task of the browse worker. */
export type BrowseTask =
  /** Ids of images in order, from a position on or after an image. */
  | (FilterRequest & {
      kind: 'page'
      order: ImageOrder
      shownFact?: FactOf | undefined
      from: number
      after: number | null
      limit: number
    })
  /** Position of an image in the list, and its neighbours. */
  | (FilterRequest & { kind: 'place'; order: ImageOrder; imageId: number })
  | (FilterRequest & { kind: 'facets'; shownFacts: FactOf[]; tags: string[] })
  | (FilterRequest & { kind: 'confusion'; shownFact: FactOf })
  /** Ids of the images of a selection, in order. */
  | (FilterRequest & { kind: 'selection'; selection: ImageSelection; order: ImageOrder })

/** What a model says of an image: the index of its class, the probability, and whether that is right. */
export interface BrowsedAnswer {
  predicted: number
  confidence: number
  correct: boolean | null
}

export interface BrowseResults {
  page: { ids: Uint32Array; images: number; from: number; answers: (BrowsedAnswer | null)[] }
  place: { place: number | null; previous: number | null; next: number | null; images: number }
  facets: ImageFacets
  confusion: ConfusionCounts
  selection: { ids: Uint32Array }
}
