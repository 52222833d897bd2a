import type { Component } from 'vue'
import ImageAnswers from './ImageAnswers.vue'
import ImageFacts from './ImageFacts.vue'
import ImageNotes from './ImageNotes.vue'
import ModelSaliency from './ModelSaliency.vue'
import StudyOfImage from './StudyOfImage.vue'
import type { ShownImage } from './useShownImage.ts'

/** One panel of an image's page. Its component gets the image as `image`. */
export interface ImagePanel {
  id: string
  title: string
  component: Component<{ image: ShownImage }>
  when: (image: ShownImage) => boolean
  place: 'beside' | 'below'
  /** Folded under its title, and only rendered once it is opened. */
  folded?: boolean
}

const always = () => true

/** The panels beside and below the picture, from top to bottom. */
export const panels: readonly ImagePanel[] = [
  { id: 'facts', title: 'File and class', component: ImageFacts, when: always, place: 'beside' },
  {
    id: 'notes',
    title: 'Tags and note',
    component: ImageNotes,
    when: ({ record }) => record.digest !== null,
    place: 'beside',
  },
  { id: 'answers', title: 'Answers of the models', component: ImageAnswers, when: always, place: 'beside' },
  {
    id: 'saliency',
    title: 'Where the models look',
    component: ModelSaliency,
    when: ({ row }) => row.problem === null,
    place: 'beside',
    folded: true,
  },
  {
    id: 'study',
    title: 'This image in the study',
    component: StudyOfImage,
    when: ({ study }) => study !== undefined,
    place: 'below',
  },
]
