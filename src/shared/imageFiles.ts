/** Endings of the names of image files, without the dot. Whether it is an image is told by its first bytes alone. */
export const imageEndings = ['png', 'jpg', 'jpeg', 'webp', 'bmp', 'gif', 'tif', 'tiff', 'avif'] as const

const named = new RegExp(`[^/\\\\]\\.(${imageEndings.join('|')})$`, 'i')

/** Whether a file is an image by its name, which may be a whole path. */
export const looksLikeImage = (name: string): boolean => named.test(name)
