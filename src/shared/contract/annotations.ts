import { oc } from '@orpc/contract'
import { z } from 'zod'
import { id, ok } from './common.ts'
import { imageSelection } from './imageFilter.ts'

const tagName = z.string().trim().min(1).max(80)

/**
 * Tags and notes of images. They belong to the bytes of a file: they stay when a dataset is indexed again or moved, and
 * a copy of the file has them too.
 */
export const annotations = {
  /** Every tag of the workspace with the number of different files that have it. */
  tags: oc.output(z.array(z.object({ name: z.string(), files: z.int() }))),
  /**
   * Adds and takes away tags. `files` of them changed; `change` takes exactly that back. Images that could not be read
   * have no digest and stay without.
   */
  tag: oc
    .input(
      z.object({
        datasetId: id,
        selection: imageSelection,
        add: z.array(tagName).default([]),
        remove: z.array(tagName).default([]),
      }),
    )
    .output(z.object({ files: z.int(), change: id })),
  /** Takes a change of tags back; what this answers takes that back in turn. */
  revert: oc.input(z.object({ change: id })).output(z.object({ files: z.int(), change: id })),
  /** An empty text takes the note away. */
  note: oc.input(z.object({ imageId: id, text: z.string().max(20_000) })).output(ok),
}
