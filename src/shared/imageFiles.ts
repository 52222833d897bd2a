/** File name endings of images, without the dot. Whether a file is an image is decided by its first bytes alone. */
export const imageEndings = ['png', 'jpg', 'jpeg', 'webp', 'bmp', 'gif', 'tif', 'tiff', 'avif'] as const

const named = new RegExp(`[^/\\\\]\\.(${imageEndings.join('|')})$`, 'i')

/** Whether a name or a whole path ends like that of an image. */
export const looksLikeImage = (name: string): boolean => named.test(name)
