/** What names and shapes say of a Swin. */
export interface Swin {
  stages: readonly Stage[]
  /** Side of a patch in pixels. */
  patch: number
}

export interface Stage {
  depth: number
  heads: number
  /** Side of a window in places. */
  window: number
}
