/** What conditions do to single images: pictures and norms of the change, and adversarial images as files. */
export { PerturbedLooks, type Look } from './looks.ts'
export { saveAdversarial, type SaveRequest } from './save.ts'
