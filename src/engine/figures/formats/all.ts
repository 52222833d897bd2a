/** Every format by its id; `index.ts` does not compile while one of `figureFormats` is missing here. */
export { pdf } from './pdf.ts'
export { svg } from './svg.ts'
export { png } from './png.ts'
export { csv } from './csv.ts'
export { json } from './json.ts'
export { txt } from './txt.ts'
export { tex } from './tex.ts'
