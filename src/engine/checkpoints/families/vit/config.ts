/** What names and shapes say of a ViT. */
export interface ViT {
  width: number
  depth: number
  /** Side of a patch in pixels. */
  patch: number
  /** Patches in a row, and rows. */
  grid: number
  /** Position embeddings before those of the patches: 0, 1 (class token) or 2 (and distillation token). */
  positionsBefore: number
}
