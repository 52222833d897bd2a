import { resolve } from 'node:path'
import { detectLayout } from '../../datasets/index.ts'
import { lookAt } from '../system/intake/look.ts'
import { api } from '../session/implementation.ts'

/** Classes that a preview shows. */
const shown = 12

export const intake = {
  look: api.intake.look.handler(({ input }) => lookAt(input.paths)),
  dataset: api.intake.dataset.handler(async ({ input }) => {
    const { recognised, reason, classes, expected, remarks } = await detectLayout(resolve(input.path))
    return {
      ...{ recognised, reason, classes: classes.length, first: classes.slice(0, shown) },
      parts: [...expected.parts],
      expected: expected.images,
      remarks: [...(remarks ?? [])],
    }
  }),
}
