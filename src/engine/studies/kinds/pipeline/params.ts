import { z } from 'zod'
import { pipelineFile, writtenStep, type WrittenStep } from '#shared/transforms/index.ts'

/** A step with its defaults filled in. */
export const step = (given: z.input<typeof writtenStep>): WrittenStep => writtenStep.parse(given)

export const params = z.object({
  pipeline: pipelineFile
    .prefault({
      steps: [
        { op: 'corruption', name: 'defocus_blur', severity: 2, jpeg: false },
        { op: 'corruption', name: 'shot_noise' },
      ],
      sweep: { step: 2, parameter: 'severity', values: [1, 2, 3, 4, 5] },
    })
    .meta({
      title: 'Pipeline',
      description:
        'Transforms one after another, and one parameter that takes several values; on the command line a file of JSON',
      format: 'pipeline',
    }),
})

export type PipelineParams = z.output<typeof params>
