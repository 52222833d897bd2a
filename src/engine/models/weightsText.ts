import type { StepProgress } from '../base/steps.ts'

const megabytes = (bytes: number) => Math.round(bytes / 1e6)

/** Says how far the weights of one of some models are written, e.g. "ResNet: preparing its weights, 340 of 1408 MB". */
export const weightsText =
  (models: readonly { path: string; title: string }[]) =>
  ({ path, done, total }: StepProgress): string => {
    const title = models.find((model) => model.path === path)?.title ?? path
    return `${title}: preparing its weights, ${megabytes(done)} of ${megabytes(total)} MB`
  }
