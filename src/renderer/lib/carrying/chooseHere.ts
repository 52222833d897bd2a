import { fileKinds, isMany, type FileKind } from '#shared/fileKinds.ts'
import { chosenItems, type LocalItem } from './localFiles.ts'

type Asked = { wants: 'files'; kind: FileKind } | { wants: 'folder' }

/** Asks for files or a folder of this computer, in the system's dialog. Only what is chosen there can be read by the page. */
export function chooseHere(asked: Asked): Promise<LocalItem[]> {
  const input = document.createElement('input')
  input.type = 'file'
  if (asked.wants === 'folder') input.webkitdirectory = true
  else {
    input.multiple = isMany(asked.kind)
    const { endings } = fileKinds[asked.kind]
    if (endings !== null) input.accept = endings.map((ending) => `.${ending}`).join()
  }
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve(chosenItems(input.files ?? [])))
    input.addEventListener('cancel', () => resolve([]))
    input.click()
  })
}
