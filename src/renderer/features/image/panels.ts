import type { Component } from 'vue'
import ImageAnswers from './ImageAnswers.vue'
import ImageFacts from './ImageFacts.vue'
import ImageNotes from './ImageNotes.vue'
import ModelSaliency from './ModelSaliency.vue'
import StudyOfImage from './StudyOfImage.vue'
import type { ShownImage } from './useShownImage.ts'

/** One part of the page of an image. Its component gets the image as `image`. */
export interface ImagePanel {
  id: string
  title: string
  component: Component<{ image: ShownImage }>
  when: (image: ShownImage) => boolean
  place: 'beside' | 'below'
  /** Folded away under its title until it is opened, and made only then. */
  folded?: boolean
}

const always = () => true

/** What the page of an image shows beside and below the picture, from top to bottom. */
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
