import type { Dataset, Model, Study, StudyKind } from '#shared/contract/index.ts'
import type { CommandMenu } from '#shared/commands.ts'
import type { Findable } from '#shared/search.ts'

/** An entry of the palette. */
export interface PaletteItem extends Findable {
  /** The same for the same thing, so that it can be remembered. */
  id: string
  /** What kind of thing it is, e.g. "Model" or "Study, Lesion study". */
  about: string
  icon: string
  /** The address it opens; left out = `run` does something else. */
  path?: string
  run?: () => void
  /** The chord of a command. */
  keys?: string
}

/** What is listed of a workspace. */
export interface Listed {
  models: readonly Pick<Model, 'id' | 'title' | 'family' | 'largestKernel'>[]
  datasets: readonly Pick<Dataset, 'id' | 'title'>[]
  studies: readonly Pick<Study, 'id' | 'title' | 'kind'>[]
  kinds: readonly Pick<StudyKind, 'id' | 'title' | 'description'>[]
  figures: readonly { id: number; title: string }[]
}

const place = (path: string, title: string, about: string, icon: string, words = ''): PaletteItem => ({
  ...{ id: path, path, title, about, icon, words },
})

/** The tabs of a model's page that the palette opens. */
const modelTabs = [
  { tab: 'overview', title: '', icon: 'i-lucide-box' },
  { tab: 'kernels', title: 'Kernels', icon: 'i-lucide-grid-3x3' },
  { tab: 'attention', title: 'Attention', icon: 'i-lucide-eye' },
  { tab: 'saliency', title: 'Saliency', icon: 'i-lucide-flame' },
  { tab: 'receptive-field', title: 'Receptive field', icon: 'i-lucide-scan' },
  { tab: 'layers', title: 'Layers', icon: 'i-lucide-layers' },
  { tab: 'preprocessing', title: 'Preprocessing', icon: 'i-lucide-sliders-horizontal' },
] as const

/** The tabs of a dataset's page that the palette opens. */
const datasetTabs = [
  { tab: '', title: '', icon: 'i-lucide-images' },
  { tab: '/confusion', title: 'Confusion', icon: 'i-lucide-grid-2x2' },
  { tab: '/subsets', title: 'Subsets', icon: 'i-lucide-list-filter' },
] as const

/** The places of a workspace: models, datasets, studies, figures, each with its tabs, and a new study of every kind. */
export function placesOf({ models, datasets, studies, kinds, figures }: Listed): PaletteItem[] {
  const kindTitle = (id: string) => kinds.find((kind) => kind.id === id)?.title ?? id
  const named = (title: string, tab: string) => (tab === '' ? title : `${title}: ${tab}`)
  return [
    ...models.flatMap(({ id, title, family, largestKernel }) =>
      modelTabs
        .filter(({ tab }) => tab !== 'kernels' || largestKernel !== null)
        .filter(({ tab }) => tab !== 'attention' || family === 'ViT')
        .map(({ tab, title: part, icon }) =>
          place(`/models/${id}/${tab}`, named(title, part), 'Model', icon, family),
        ),
    ),
    ...datasets.flatMap(({ id, title }) =>
      datasetTabs.map(({ tab, title: part, icon }) =>
        place(`/datasets/${id}${tab}`, named(title, part), 'Dataset', icon),
      ),
    ),
    ...studies.flatMap(({ id, title, kind }) => [
      place(`/studies/${id}`, title, `Study, ${kindTitle(kind)}`, 'i-lucide-flask-conical', kind),
      place(
        `/studies/${id}/images`,
        `${title}: images`,
        `Study, ${kindTitle(kind)}`,
        'i-lucide-images',
        kind,
      ),
    ]),
    ...figures.map(({ id, title }) =>
      place(`/figures/${id}`, title, 'Figure', 'i-lucide-layout-grid', 'export'),
    ),
    ...kinds.map(({ id, title, description }) =>
      place(
        `/studies/new?kind=${id}`,
        `New study: ${title}`,
        'New study',
        'i-lucide-flask-conical',
        `${id} ${description}`,
      ),
    ),
  ]
}

/** What a command is listed as, by its menu. */
export const aboutMenu: Record<CommandMenu, string> = {
  File: 'File',
  Edit: 'Edit',
  View: 'View',
  Go: 'Page',
  Jobs: 'Jobs',
  Help: 'Help',
}
