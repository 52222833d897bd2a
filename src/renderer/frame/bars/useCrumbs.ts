import { computed } from 'vue'
import { useRoute, type RouteLocationRaw } from 'vue-router'
import { useDatasetsStore, useModelsStore, useStudiesStore } from '../../lib/stores/collections.ts'

export interface Crumb {
  label: string
  to?: RouteLocationRaw
}

const tabs: Record<string, string> = {
  'model-overview': 'Overview',
  'model-kernels': 'Kernels',
  'model-layers': 'Layers',
  'model-attention': 'Attention',
  'model-saliency': 'Saliency',
  'model-receptive-field': 'Receptive field',
  'model-preprocessing': 'Preprocessing',
}

/** The path to the open view, from the list down. */
export function useCrumbs() {
  const route = useRoute()
  const models = useModelsStore()
  const datasets = useDatasetsStore()
  const studies = useStudiesStore()

  return computed<Crumb[]>(() => {
    const [section] = route.path.split('/').filter(Boolean)
    const id = Number(route.params.id)
    const has = Number.isInteger(id) && id > 0
    switch (section) {
      case 'models': {
        const list = { label: 'Models', to: '/models' }
        if (!has) return [list]
        const own = { label: models.byId.get(id)?.title ?? `Model ${id}`, to: `/models/${id}/overview` }
        const tab = tabs[String(route.name)]
        return tab ? [list, own, { label: tab }] : [list, own]
      }
      case 'datasets': {
        const list = { label: 'Datasets', to: '/datasets' }
        return has ? [list, { label: datasets.byId.get(id)?.title ?? `Dataset ${id}` }] : [list]
      }
      case 'images': {
        const datasetId = Number(route.query.dataset)
        const dataset = datasets.byId.get(datasetId)
        const back = { ...route.query }
        delete back.dataset
        return [
          { label: 'Datasets', to: '/datasets' },
          ...(dataset
            ? [{ label: dataset.title, to: { path: `/datasets/${dataset.id}`, query: back } }]
            : []),
          { label: `Image ${id}` },
        ]
      }
      case 'figures': {
        const list = { label: 'Figures', to: '/figures' }
        return has ? [list, { label: `Figure ${id}` }] : [list]
      }
      case 'studies': {
        const list = { label: 'Studies', to: '/studies' }
        if (route.name === 'study-new') return [list, { label: 'New study' }]
        return has ? [list, { label: studies.byId.get(id)?.title ?? `Study ${id}` }] : [list]
      }
      default:
        return [{ label: route.meta.title ?? '' }]
    }
  })
}
