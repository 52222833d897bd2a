import type { Preset } from '../../../definition/index.ts'
import type { StrongParams } from './params.ts'

export const presets: Preset<StrongParams>[] = [
  {
    id: 'quick',
    title: 'Quick look',
    description: 'At most 32 images, two sizes; APGD-CE and APGD-DLR with 10 steps, Square with 50 queries.',
    params: {
      attacks: ['apgd-ce', 'apgd-dlr', 'square'],
      epsilons: [1 / 255, 4 / 255],
      ...{ steps: 10, queries: 50 },
    },
    images: 32,
  },
  {
    id: 'linf',
    title: 'As AutoAttack, L∞',
    description:
      'APGD-CE, APGD-T with 9 classes, 100 steps, and Square with 5000 queries, at 4/255. FAB-T of the standard version is left out.',
    params: { epsilons: [4 / 255] },
  },
  {
    id: 'l2',
    title: 'As AutoAttack, L2',
    description: 'The same in the L2 norm at 0.5 and 3, with CW in the place of FAB-T.',
    params: { norm: 'l2', attacks: ['apgd-ce', 'apgd-t', 'cw', 'square'], epsilons: [0.5, 3] },
  },
]
