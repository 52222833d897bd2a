/** What to see before the first question is asked. A step leads to an address, or to the first row of a list. */
export interface Step {
  id: string
  title: string
  text: string
  to: (first: { model: number | null; dataset: number | null }) => string | null
}

export const steps: readonly Step[] = [
  {
    id: 'models',
    title: 'See the models',
    text: 'Trained on the same images; a click on a row opens one.',
    to: () => '/models',
  },
  {
    id: 'kernels',
    title: 'Look at the kernels',
    text: 'Every large kernel as a heatmap, sorted by its attention distance.',
    to: ({ model }) => (model === null ? null : `/models/${model}/kernels`),
  },
  {
    id: 'dataset',
    title: 'Browse the images',
    text: 'Filter by class, outcome and confidence; double click opens one.',
    to: ({ dataset }) => (dataset === null ? null : `/datasets/${dataset}`),
  },
]

/** What comes after the questions. */
export const lastSteps: readonly Step[] = [
  {
    id: 'ranking',
    title: 'Rank the models',
    text: 'All measured metrics side by side, with intervals.',
    to: () => '/ranking',
  },
]
