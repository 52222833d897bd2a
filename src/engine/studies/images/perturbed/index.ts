/** The images of conditions one by one: pictures and norms of the change, and adversarial images as files. */
export { PerturbedImages, type PerturbedImage } from './perturbedImages.ts'
export { saveAdversarial, type SaveRequest } from './save.ts'
