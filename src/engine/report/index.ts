export { makeReport } from './make.ts'
export { writeCertificate } from './writeCertificate.ts'
