import type { Definition } from '#shared/contract/index.ts'

/** What the attacks are. Shared by all studies that make them. */
export const attackDefinitions: Definition[] = [
  {
    name: 'APGD',
    formula:
      'z = P(x + η sign ∇L), x ← P(x + 0.75 (z - x) + 0.25 (x - x before)), P to the ball of ε and to [0,1]; η = 2ε from a random place on the edge, halved at checkpoints after 22 %, then 19 %, 16 % … (6 % at least) of the steps where at most 75 % of them raised L, or where neither η nor the best L changed since the last one; it goes on from the best x. L2: ∇L / ‖∇L‖ in place of the sign',
    source:
      'Croce and Hein 2020, algorithm 1 (arXiv 2003.01690); fra31/auto-attack autopgd_base.py. The first step after the start is compared with the loss at the start, as in the paper',
  },
  { name: 'APGD-CE', formula: 'L: cross entropy with the true class' },
  {
    name: 'APGD-DLR',
    formula: 'L = -(z_y - max_{i≠y} z_i) / (z_1 - z_3), z_1 ≥ z_2 ≥ … the sorted outputs',
    source: 'Croce and Hein 2020, equation 6',
  },
  {
    name: 'APGD-T',
    formula:
      'L = -(z_y - z_t) / (z_1 - (z_3 + z_4) / 2), t the second, third … class of the clean image in turn',
    source: 'Croce and Hein 2020, equation 7',
  },
  {
    name: 'Square',
    formula:
      'random search on z_y - max_{i≠y} z_i. L∞: stripes of ±ε, then squares of ±2ε in each channel, cut to the ball. L2: bumps, then a bump added in one square while another becomes 0. The share p of the pixels is halved after 10, 50, 200, 500, 1000, 2000, 4000, 6000 and 8000 of 10,000 queries, scaled to the number of queries',
    source:
      'Andriushchenko et al. 2020 (arXiv 1912.00049); max-andr/square-attack attack.py, fra31/auto-attack square.py. Squares may touch every edge',
  },
  {
    name: 'CW',
    formula:
      'Adam on w of ‖x - x_0‖² + c max(0, z_y - max_{i≠y} z_i), x = (tanh w + 1) / 2; c from 0.001, ten times as large until the answer is wrong, then bisected; a search ends where a tenth of its steps gained nothing. The nearest wrong image counts where its distance is at most ε',
    source: 'Carlini and Wagner 2017 (arXiv 1608.04644); carlini/nn_robust_attacks l2_attack.py',
  },
]

export const definitions: Definition[] = [
  {
    name: 'right under every attack',
    formula:
      'share of the images that are right without an attack and under each attack with ε, image by image',
    source: 'Croce and Hein 2020 (AutoAttack)',
  },
  ...attackDefinitions,
  {
    name: 'FGSM, PGD',
    formula: 'as in the study Adversarial attacks; PGD with a random start and steps of ε/4',
  },
  {
    name: 'checks',
    formula:
      'ε 0 gives the clean answers; the loss rises; without a bound (ε that lets an image become any other) nothing is right; more harm than a random sign and than one step; a larger ε does no less harm; the gradient does not vanish; Square makes nothing wrong alone; outputs are no probabilities',
    source: 'Carlini et al. 2019 (arXiv 1902.06705), section 5; flags of fra31/auto-attack (flags_doc.md)',
  },
]
