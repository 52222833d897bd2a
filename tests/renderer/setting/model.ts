import type { Model } from '#shared/contract/index.ts'

/** A model as a row of the list of models. */
export const modelRow = (id: number, parameters = 1): Model => ({
  id,
  title: '',
  role: 'classifier',
  path: '',
  digest: '',
  bytes: 0,
  family: 'unknown',
  parameters,
  macs: null,
  classes: 16,
  largestKernel: null,
  preprocessing: {
    size: [96, 96],
    resize: 'none',
    resizeTo: null,
    interpolation: 'bilinear',
    mean: [0, 0, 0],
    std: [1, 1, 1],
  },
  origin: { from: 'sidecar', detail: 'a.json', confirmed: null },
  selfCheck: null,
  labelSet: 'own',
  labelSource: 'file',
  note: '',
  problem: null,
  addedAt: 0,
})
