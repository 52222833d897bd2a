import { z } from 'zod'
import { slidingWindows } from '../maths/imageMasks.ts'
import { maskDefinition } from './definition.ts'

export const occlusion = maskDefinition({
  id: 'occlusion',
  title: 'Occlusion',
  hint: 'Loss of output where a square hides the image, Zeiler and Fergus 2014',
  flag: 'occlusion',
  params: {
    window: z.number().min(0.01).max(1).default(0.15).meta({
      title: 'Square',
      description: 'Its side as a share of the shorter side of the image',
      flag: 'side of the square of occlusion',
      step: 0.05,
    }),
    stride: z.number().min(0.05).max(1).default(0.5).meta({
      title: 'Stride',
      description: 'Distance of neighbouring squares as a share of their side',
      flag: 'distance of its squares, of their side',
      step: 0.1,
    }),
    fill: z
      .enum(['grey', 'mean', 'black'])
      .default('grey')
      .meta({
        title: 'Fill',
        flag: 'what its square shows',
        choices: {
          grey: { label: 'Grey', hint: 'Half grey, as published' },
          mean: { label: 'Mean', hint: 'The mean colour of the preprocessing' },
          black: { label: 'Black' },
        },
      }),
  },
  masks: ({ window, stride, fill }, image) =>
    slidingWindows(image, {
      window,
      stride,
      fill: fill === 'mean' ? image.baseline : fill === 'grey' ? [0.5, 0.5, 0.5] : [0, 0, 0],
    }),
  define: ({ window, stride, fill }, y) => ({
    name: 'occlusion',
    formula: `at each pixel the mean of y(x) − y(x with a square hidden) over the squares that hide it; side ${window} of the shorter side, stride ${stride} of the side, ${fill === 'mean' ? 'mean colour' : fill}; y = ${y}`,
    source: 'Zeiler and Fergus 2014',
  }),
})
