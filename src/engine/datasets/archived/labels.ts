/** Classes of images that archives say otherwise than by folders. */
export interface Labels {
  /** Class of an image by its name in the index. */
  classOf(name: string): string | undefined
  /** How the classes were found, in a sentence. */
  reason: string
}

/** A class is shown to the recognition as a folder, so its name has no slash. */
export const asFolder = (label: string): string => label.replaceAll('/', '_')
