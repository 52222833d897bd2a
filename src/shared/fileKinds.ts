import { archiveEndings } from './archiveFiles.ts'
import { imageEndings } from './imageFiles.ts'

interface Kind {
  /** Title of the filter. */
  title: string
  /** Endings of the names, without the dot; null for any name. */
  endings: readonly string[] | null
}

/** What a file dialog may be asked for. Files of SSH have any name, and lie in a hidden folder. */
export const fileKinds = {
  model: {
    title: 'Models and checkpoints',
    endings: ['onnx', 'safetensors', 'pth', 'pt', 'bin', 'ckpt', 'npz', 'tar', 'json'],
  },
  archive: { title: 'Archives of images', endings: [...archiveEndings, 'gz', 'tgz'] },
  labels: { title: 'Labels', endings: ['txt', 'csv', 'json'] },
  draws: { title: 'Random draws', endings: ['json'] },
  image: { title: 'Images', endings: imageEndings },
  bundle: { title: 'Bundles', endings: ['zip'] },
  workspace: { title: 'Exported workspaces', endings: ['zip'] },
  key: { title: 'All files', endings: null },
  signers: { title: 'All files', endings: null },
} as const satisfies Record<string, Kind>

export type FileKind = keyof typeof fileKinds

/** Whether a kind of file lies in the folder of SSH. */
export const ofSsh = (kind: FileKind): boolean => kind === 'key' || kind === 'signers'

/** Whether several files are chosen at once. */
export const isMany = (kind: FileKind): boolean => kind === 'model'
