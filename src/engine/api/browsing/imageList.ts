import { join, resolve } from 'node:path'
import { className as nameOf } from '#shared/classNames.ts'
import { defused, quoted } from '#shared/figures/csv.ts'
import { datasetRow, listRows, type ListedImage } from '../../datasets/index.ts'
import { exportsOf, type Workspace } from '../../workspace/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'
import { writeWhole } from '../../base/wholeFile.ts'

const chunk = 1000
const header = 'path,name,class,part,width,height,bytes,sha256,problem,class_name\n'

const line = ({ path, name, className, part, width, height, bytes, digest, problem }: ListedImage) =>
  `${[path, name, className, part, width, height, bytes, digest, problem, className && nameOf(className)]
    .map((value) => quoted(defused(String(value ?? ''))))
    .join(',')}\n`

/**
 * Writes images as CSV, one per line, in the given order. `class` is the key of the class, `class_name` its name.
 *
 * @param path file to write; `lists/<dataset title>.csv` in the exports of the workspace when left out
 * @returns the path, the size in bytes and the number of images
 */
export async function exportList(
  workspace: Workspace,
  datasetId: number,
  ids: Uint32Array,
  path?: string,
): Promise<{ path: string; bytes: number; images: number }> {
  const { title } = datasetRow(workspace.db, datasetId)
  const name = title.replace(/[^\p{L}\p{N}._-]+/gu, '-')
  const target = path === undefined ? join(exportsOf(workspace), 'lists', `${name}.csv`) : resolve(path)
  let images = 0
  async function* lines() {
    yield header
    for (let from = 0; from < ids.length; from += chunk) {
      const rows = listRows(workspace.db, ids.slice(from, from + chunk))
      images += rows.length
      yield rows.map(line).join('')
      await nextTurn()
    }
  }
  return { ...(await writeWhole(target, lines())), images }
}
