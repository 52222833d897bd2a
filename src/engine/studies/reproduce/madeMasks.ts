import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { masksOf, parseDraws, serialiseDraws, type Draws } from '#shared/transforms/index.ts'
import { readUserText } from '../../base/userFile.ts'
import { writeWhole } from '../../base/wholeFile.ts'
import type { Workspace } from '../../workspace/index.ts'
import { madeFileOf, openMasks } from '../masks/draws.ts'
import { planStudy } from '../store/plan.ts'

/**
 * Takes masks that a study made from something else than a seed, such as saliency, from its draws file at `path`. They
 * get the names under which the study's conditions look for them.
 *
 * @throws DRAWS_MALFORMED where the file is no draws file, or has no masks of the size of a model
 */
export async function keepMadeMasks(workspace: Workspace, studyId: number, path: string): Promise<void> {
  const { models, study } = planStudy(workspace.db, studyId)
  let file: Draws | null = null
  for (const { model, conditions } of models) {
    const [height, width] = model.preprocessing.size
    const made = conditions
      .flatMap(({ parts }) => parts)
      .flatMap(({ transform }) => (transform.op === 'patchDrop' ? [transform] : []))
      .find(({ draws }) => draws !== null && draws !== study.params['draws'])
    if (!made?.draws || existsSync(madeFileOf(workspace, made.draws))) continue
    file ??= parseDraws(await readUserText(path))
    const frame = { patch: file.patch, height, width, byClass: false }
    const masks = masksOf(file).find((one) => one.height === height && one.width === width)
    if (!masks || file.patch !== made.patch)
      throw new KernelscopeError(
        'DRAWS_MALFORMED',
        `the draws file has no masks of ${height}x${width} with patches of ${made.patch} px`,
      )
    const { format, version, patch } = file
    // Older workspaces kept made masks in this form, and a file of masks begins with them.
    await writeWhole(
      join(workspace.draws, `${made.draws}.json`),
      serialiseDraws({ format, version, patch, ...masks }),
    )
    const opened = await openMasks(workspace, made.draws, frame)
    opened.close()
  }
}
