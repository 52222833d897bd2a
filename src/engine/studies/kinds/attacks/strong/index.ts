import { numberText } from '#shared/params/numbers.ts'
import { defineStudy } from '../../../definition/index.ts'
import { attackWork } from '../../../measure/work.ts'
import { comesAlong } from '../adversarial/cleanAlong.ts'
import { measureAttacks } from '../adversarial/measure.ts'
import { normTitles } from '../norms.ts'
import { attackTitles } from '../titles.ts'
import { checkNotes, checkTable, strongChecks } from './checks.ts'
import { attacksOf, settled, strongConditions } from './conditions.ts'
import { ensembles } from './ensemble.ts'
import { notesOf } from './notes.ts'
import { params } from './params.ts'
import { jointPoint } from './point.ts'
import { presets } from './presets.ts'
import { definitions } from './definitions.ts'
import { attackFigure, brokenFigure, jointFigure, jointMetrics, jointTables } from './view.ts'

/** Several strong attacks, joined image by image, and whether they can be believed. */
export const strongAttacks = defineStudy({
  id: 'strong-attacks',
  title: 'Strong attacks',
  section: 'extra',
  description:
    'Auto-PGD, Square, and Carlini and Wagner’s attack, joined image by image as AutoAttack does: the accuracy under the worst of them, which attack makes what wrong, and a checklist of whether the attacks work.',
  params,
  presets,
  definitions,
  ranked: true,
  needs: () => [{ rewrite: 'differentiate', of: 'models' }],
  settle: settled,
  conditions: (chosen, model) => strongConditions(chosen, model),
  axis: {
    title: ({ norm }) => (norm === 'l2' ? 'ε as L2 norm' : 'ε in [0,1] units'),
    of: ({ role, epsilon }) => (role === 'clean' || role === 'attack' ? Number(epsilon) : null),
    label: (x) => `ε ${numberText(x)}`,
    hardens: ({ role, attack }, chosen) =>
      role === 'clean' || (role === 'attack' && attack === attacksOf(chosen)[0]),
  },
  work: { ...attackWork, comesAlong },
  measure: (context) => measureAttacks(context, null),
  measuresApart: true,
  point: jointPoint,
  async view(grid, chosen, { workspace: { db }, models }) {
    const joint = await ensembles(db, grid, chosen)
    const checks = await strongChecks(db, grid, chosen, joint, models)
    return {
      tables: [...jointTables(joint), checkTable(checks)],
      figures: [
        jointFigure(grid, joint, chosen),
        ...brokenFigure(joint, chosen),
        ...(await Promise.all(attacksOf(chosen).map((kind) => attackFigure(grid, kind, chosen)))),
      ],
      metrics: jointMetrics(grid, joint, chosen),
      reported: [],
      notes: [
        `${attacksOf(chosen)
          .map((kind) => attackTitles[kind])
          .join(', ')}; norm ${normTitles[chosen.norm]}, seed ${chosen.seed}.`,
        ...notesOf(chosen),
        ...checkNotes(checks),
      ],
    }
  },
})
