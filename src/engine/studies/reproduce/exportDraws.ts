import { KernelscopeError } from '#shared/errors.ts'
import { drawsText } from '#shared/transforms/index.ts'
import { writeWhole, type WrittenFile } from '../../base/wholeFile.ts'
import type { Workspace } from '../../workspace/index.ts'
import { inDigestOrder, openDrawn, type DrawnMasks } from '../masks/drawnMasks.ts'
import { planStudy } from '../store/plan.ts'

/**
 * Writes all masks (of a lesion study: subsets) of a study as one file, for every input size of its models. The file is
 * there whole or not at all, and none of it is held.
 *
 * @param signal stops; nothing is left of the file
 * @throws UNSUPPORTED for a study that draws none; DISK_FULL or FILE_UNREADABLE, naming the file
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
  if (typeof written === 'function')
    return write(
      written(
        study.params,
        models.map(({ model }) => model),
        db,
      ),
    )
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
