/** What the paper's tables state (dataset and metric), with the metric of the ranking that measures it. */
export const paperMetrics: Readonly<Record<string, { metric: string; title: string }>> = {
  'ImageNet, top-1': { metric: 'clean-accuracy.top1', title: 'ImageNet top-1' },
  'ImageNet-A, top-1': { metric: 'imagenet-a.rule1000', title: 'ImageNet-A top-1' },
  'ImageNet-C, mean top-1, severity 5, 19 corruptions': {
    metric: 'imagenet-c.mean5',
    title: 'ImageNet-C mean, severity 5',
  },
  'ImageNet-C, mCE': { metric: 'imagenet-c.mce', title: 'ImageNet-C mCE' },
  'ImageNet-O, AUPR': { metric: 'imagenet-o.aupr', title: 'ImageNet-O AUPR' },
  'ImageNet-P, mFR': { metric: 'imagenet-p.mfr', title: 'ImageNet-P mFR' },
  'ImageNet-P, mT5D': { metric: 'imagenet-p.mt5d', title: 'ImageNet-P mT5D' },
  'ImageNet-R, top-1': { metric: 'imagenet-r.rule1000', title: 'ImageNet-R top-1' },
  'ImageNet-9, BG-Gap': { metric: 'imagenet-9.gap', title: 'ImageNet-9 BG-Gap' },
  'ImageNet val, salient drop 50%: accuracy change': {
    metric: 'salient-patch-drop.salient-50',
    title: 'Salient drop 50 %, change',
  },
  'ImageNet val, frequency noise 0.7pi: accuracy change': {
    metric: 'noise-frequency.pi-700',
    title: 'Noise at 0.7 π, change',
  },
}
