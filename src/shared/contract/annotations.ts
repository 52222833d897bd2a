import { oc } from '@orpc/contract'
import { z } from 'zod'
import { id, ok } from './common.ts'
import { imageSelection } from './imageFilter.ts'

const tagName = z.string().trim().min(1).max(80)

/**
 * Tags and notes of images. They belong to the bytes of a file: they stay when a dataset is indexed again or moved, and
 * every copy of the file has them.
 */
export const annotations = {
  /** Every tag of the workspace, with the number of different files that have it. */
  tags: oc.output(z.array(z.object({ name: z.string(), files: z.int() }))),
  /**
   * Adds and removes tags. `files` is the number of files that changed. `change` identifies the change for `revert`.
   * Images that could not be read have no digest and cannot be tagged.
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
  /** Undoes a change of tags. The `change` it returns redoes it. */
  revert: oc.input(z.object({ change: id })).output(z.object({ files: z.int(), change: id })),
  /** Writes the note of an image; an empty text removes the note. */
  note: oc.input(z.object({ imageId: id, text: z.string().max(20_000) })).output(ok),
}
