/** File name endings of images, without the dot. Whether a file is an image is decided by its first bytes alone. */
export const imageEndings = [
  'png',
  'jpg',
  'jpeg',
  'jpe',
  'jfif',
  'webp',
  'bmp',
  'gif',
  'tif',
  'tiff',
  'avif',
  'ppm',
  'pgm',
] as const

/** Endings of pictures in formats that are not read. */
const otherEndings = [
  ...['pbm', 'pnm', 'jp2', 'j2k', 'jpx', 'jxl', 'heic', 'heif', 'svg', 'tga', 'psd', 'exr', 'hdr'],
  ...['dng', 'cr2', 'cr3', 'nef', 'arw', 'dcm'],
]

const otherNamed = new RegExp(`[^/\\\\]\\.(${otherEndings.join('|')})$`, 'i')

/** Whether a name ends like that of a picture in a format that is not read. */
export const looksLikeOtherPicture = (name: string): boolean => otherNamed.test(name)

const named = new RegExp(`[^/\\\\]\\.(${imageEndings.join('|')})$`, 'i')

/** Whether a name or a whole path ends like that of an image. */
export const looksLikeImage = (name: string): boolean => named.test(name)
