import type { IntakeItem } from '#shared/contract/index.ts'

/** Whether there is nothing to ask or to explain: only ONNX files and folders of images, and what is opened. */
export const isPlain = (items: readonly IntakeItem[]): boolean =>
  items.every(
    (item) =>
      (item.kind === 'model' && item.onnx) ||
      (item.kind === 'dataset' && item.form === 'folder') ||
      item.kind === 'bundle' ||
      item.kind === 'workspace',
  )
