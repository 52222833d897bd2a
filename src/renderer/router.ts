import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import { leadToHome, rememberPages } from './frame/home.ts'
import { followNavigation } from './lib/useRewrite.ts'

declare module 'vue-router' {
  interface RouteMeta {
    /** Whether the view can be shown without an open workspace. */
    free?: boolean
    title?: string
  }
}

const idParam = '(\\d+)'

/** Every view has an address. What is chosen inside a view is in its query, so that an address can be copied. */
export const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/models' },
  {
    path: '/welcome',
    name: 'welcome',
    component: () => import('./frame/welcome/WelcomeView.vue'),
    meta: { free: true, title: 'Welcome' },
  },

  {
    path: '/models',
    name: 'models',
    component: () => import('./features/models/ModelsView.vue'),
    meta: { title: 'Models' },
  },
  {
    path: `/models/:id${idParam}`,
    component: () => import('./features/models/ModelView.vue'),
    props: ({ params }) => ({ id: Number(params.id) }),
    children: [
      { path: '', redirect: { name: 'model-overview' } },
      {
        path: 'overview',
        name: 'model-overview',
        component: () => import('./features/models/overview/OverviewTab.vue'),
      },
      {
        path: 'kernels',
        name: 'model-kernels',
        component: () => import('./features/models/pictures/KernelsTab.vue'),
      },
      {
        path: 'attention',
        name: 'model-attention',
        component: () => import('./features/models/pictures/AttentionTab.vue'),
      },
      {
        path: 'saliency',
        name: 'model-saliency',
        component: () => import('./features/models/pictures/SaliencyTab.vue'),
      },
      {
        path: 'receptive-field',
        name: 'model-receptive-field',
        component: () => import('./features/models/pictures/ReceptiveFieldTab.vue'),
      },
      {
        path: 'layers',
        name: 'model-layers',
        component: () => import('./features/models/layers/LayersTab.vue'),
      },
      {
        path: 'preprocessing',
        name: 'model-preprocessing',
        component: () => import('./features/models/preprocessing/PreprocessingTab.vue'),
      },
    ],
  },

  {
    path: '/compare',
    component: () => import('./features/compare/CompareView.vue'),
    meta: { title: 'Compare models' },
    children: [
      {
        path: '',
        name: 'compare',
        redirect: ({ query }) => ({ name: 'compare-structure', query }),
      },
      {
        path: 'structure',
        name: 'compare-structure',
        component: () => import('./features/compare/StructureTab.vue'),
      },
      {
        path: 'kernels',
        name: 'compare-kernels',
        component: () => import('./features/compare/SheetsTab.vue'),
      },
      {
        path: 'distance',
        name: 'compare-distance',
        component: () => import('./features/compare/DistanceTab.vue'),
      },
    ],
  },

  {
    path: '/datasets',
    name: 'datasets',
    component: () => import('./features/datasets/DatasetsView.vue'),
    meta: { title: 'Datasets' },
  },
  {
    path: `/datasets/:id${idParam}`,
    component: () => import('./features/datasets/DatasetView.vue'),
    props: ({ params }) => ({ id: Number(params.id) }),
    children: [
      { path: '', name: 'dataset', component: () => import('./features/datasets/ImagesTab.vue') },
      {
        path: 'confusion',
        name: 'dataset-confusion',
        component: () => import('./features/datasets/confusion/ConfusionTab.vue'),
      },
      {
        path: 'subsets',
        name: 'dataset-subsets',
        component: () => import('./features/datasets/SubsetsTab.vue'),
      },
    ],
  },
  {
    path: `/images/:id${idParam}`,
    name: 'image',
    component: () => import('./features/image/ImageView.vue'),
    props: ({ params }) => ({ id: Number(params.id) }),
  },

  {
    path: '/studies',
    name: 'studies',
    component: () => import('./features/studies/list/StudiesView.vue'),
    meta: { title: 'Studies' },
  },
  {
    path: '/studies/new',
    name: 'study-new',
    component: () => import('./features/studies/new/NewStudyView.vue'),
    meta: { title: 'New study' },
  },
  {
    path: `/studies/:id${idParam}`,
    name: 'study',
    component: () => import('./features/studies/result/StudyView.vue'),
    props: ({ params }) => ({ id: Number(params.id) }),
  },
  {
    path: `/studies/:id${idParam}/images`,
    name: 'study-images',
    component: () => import('./features/studies/images/StudyImagesView.vue'),
    props: ({ params }) => ({ id: Number(params.id) }),
  },
  {
    path: `/studies/:id${idParam}/images/:imageId${idParam}`,
    name: 'study-image',
    component: () => import('./features/studies/images/StudyImageView.vue'),
    props: ({ params }) => ({ id: Number(params.id), imageId: Number(params.imageId) }),
  },

  {
    path: '/questions',
    name: 'questions',
    component: () => import('./features/guide/QuestionsView.vue'),
    meta: { title: 'Questions' },
  },
  {
    path: '/paper',
    name: 'paper',
    component: () => import('./features/guide/PaperView.vue'),
    meta: { title: 'The paper' },
  },
  {
    path: '/ranking',
    name: 'ranking',
    component: () => import('./features/ranking/RankingView.vue'),
    meta: { title: 'Ranking' },
  },

  {
    path: '/figures',
    name: 'figures',
    component: () => import('./features/figures/FiguresView.vue'),
    meta: { title: 'Figures' },
  },
  {
    path: `/figures/:id${idParam}`,
    name: 'figure',
    component: () => import('./features/figures/compose/ComposerView.vue'),
    props: ({ params }) => ({ id: Number(params.id) }),
  },

  {
    path: '/gallery',
    name: 'gallery',
    component: () => import('./features/gallery/GalleryView.vue'),
    meta: { title: 'Gallery' },
  },

  {
    path: '/bundle',
    name: 'bundle',
    component: () => import('./features/bundles/BundleView.vue'),
    meta: { free: true, title: 'Bundle' },
  },

  {
    path: '/settings',
    name: 'settings',
    component: () => import('./features/settings/SettingsView.vue'),
    meta: { free: true, title: 'Settings' },
  },
  {
    path: '/doctor',
    name: 'doctor',
    component: () => import('./features/settings/DoctorView.vue'),
    meta: { free: true, title: 'Doctor' },
  },
  {
    path: '/about',
    name: 'about',
    component: () => import('./features/settings/AboutView.vue'),
    meta: { free: true, title: 'About' },
  },
  { path: '/:rest(.*)*', redirect: '/models' },
]

export const router = createRouter({ history: createWebHashHistory(), routes })
followNavigation(router)
rememberPages(router)
leadToHome(router)
