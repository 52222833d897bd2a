import { KernelscopeError } from '#shared/errors.ts'
import { drawsText } from '#shared/transforms/index.ts'
import { writeWhole, type WrittenFile } from '../../base/wholeFile.ts'
import type { Workspace } from '../../workspace/index.ts'
import { inDigestOrder, openDrawn, type DrawnMasks } from '../masks/drawnMasks.ts'
import type { StoredModel } from '../../models/index.ts'
import { planStudy } from '../store/plan.ts'
import type { ShownModel } from '../store/shown.ts'

/**
 * Writes the draws of a study (masks; subsets of blocks in a lesion study) as one draws file, for every input
 * size of its models. The file is written completely or not at all, and never held in memory.
 *
 * @param signal stops the export and leaves no file
 * @throws UNSUPPORTED where the study draws nothing
 * @throws DISK_FULL, FILE_UNREADABLE where the file cannot be written; the message names it
 */
export async function exportDraws(
  workspace: Workspace,
  studyId: number,
  path: string,
  signal?: AbortSignal,
): Promise<WrittenFile> {
  const { db } = workspace
  const { study, definition, source, models } = planStudy(db, studyId)
  const write = (content: string | Iterable<string>) => writeWhole(path, content, signal)
  const { exportDraws: written } = definition
  if (typeof written === 'function') return write(written(study.params, filesOf(models), db))
  const dropping = models
    .flatMap(({ conditions }) => conditions)
    .flatMap(({ parts }) => parts)
    .find(({ transform }) => transform.op === 'patchDrop')?.transform
  if (dropping?.op !== 'patchDrop')
    throw new KernelscopeError('UNSUPPORTED', `the study draws nothing at random: ${study.title}`)
  const sizes = [...Map.groupBy(models, ({ model }) => model.preprocessing.size.join('x')).values()]
  const images = await inDigestOrder(db, source, signal)
  const masks: DrawnMasks[] = []
  try {
    for (const [planned] of sizes) if (planned) masks.push(await openDrawn(workspace, planned, images))
    return await write(drawsText(dropping.patch, masks))
  } finally {
    for (const one of masks) one.close()
  }
}

/** Each model file once: its draws do not depend on how a study shows it. */
function filesOf(models: readonly ShownModel[]): StoredModel[] {
  const byFile = new Map(models.map(({ model, ownTitle }) => [model.digest, { ...model, title: ownTitle }]))
  return [...byFile.values()]
}
