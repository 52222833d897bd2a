import type { WorkspaceInfo } from '#shared/contract/index.ts'
import { plural } from '../../lib/format.ts'

type Holds = Pick<WorkspaceInfo, 'models' | 'datasets' | 'images' | 'studies' | 'predictions'>

/** What a workspace holds: "2 models, 1 dataset with 16 images, 4 studies, 96 predictions". */
export const contentText = ({ models, datasets, images, studies, predictions }: Holds): string =>
  [
    plural(models, 'model'),
    `${plural(datasets, 'dataset')}${datasets > 0 ? ` with ${plural(images, 'image')}` : ''}`,
    plural(studies, 'study', 'studies'),
    plural(predictions, 'prediction'),
  ].join(', ')
