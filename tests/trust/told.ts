import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const said =
  /(\d+) hostile models, (\d+) checkpoints, (\d+) files of labels, (\d+) dataset folders, (\d+) workspaces and (\d+) forged bundles/

/** How many cases of each corpus docs/trust.md tells of. */
export function told() {
  const text = readFileSync(join(import.meta.dirname, '../../docs/trust.md'), 'utf8').replaceAll('\n', ' ')
  const [models, checkpoints, labels, folders, workspaces, bundles] = (said.exec(text) ?? [])
    .slice(1)
    .map(Number)
  return { models, checkpoints, labels, folders, workspaces, bundles }
}
