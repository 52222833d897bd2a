import { basename, extname } from 'node:path'
import { looksLikeOtherPicture } from '#shared/imageFiles.ts'

/** What of a folder is not in the index. */
export class LeftOut {
  /** Folders whose images are left out, with the reason. */
  readonly folders = new Map<string, string>()
  /** Number of pictures of formats that are not read, by ending; '' stands for files in folders that have no ending. */
  readonly pictures = new Map<string, number>()

  /** Counts a file that has not the name of an image, where it may be a picture. */
  addFile(name: string): void {
    const ending = extname(name).toLowerCase()
    const nameless = ending === '' && basename(name) !== name
    if (nameless || looksLikeOtherPicture(name))
      this.pictures.set(ending, (this.pictures.get(ending) ?? 0) + 1)
  }

  /** A remark for each reason for which something was left out. */
  remarks(most: number): string[] {
    const folders = [...Map.groupBy(this.folders, ([, why]) => why)].map(([why, all]) => {
      const shown = all.slice(0, most).map(([name]) => name)
      const more = all.length > most ? ` and ${all.length - most} more` : ''
      return `Folders left out, each ${why}: ${shown.join(', ')}${more}.`
    })
    const { '': nameless = 0, ...others } = Object.fromEntries(this.pictures)
    const counts = Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1))
    const total = counts.reduce((sum, [, n]) => sum + n, 0)
    return [
      ...folders,
      ...(total > 0
        ? [
            `${total} pictures of formats that are not read are left out: ${counts.map(([ending, n]) => `${n} ${ending}`).join(', ')}. Convert them to PNG.`,
          ]
        : []),
      ...(nameless > 0 ? [`${nameless} files without an ending, such as .png, are left out.`] : []),
    ]
  }
}
