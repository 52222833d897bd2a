export { encodeFrame, FrameReader, numberIn, numberPayload, WireFault, type Frame } from './frames.ts'
export {
  farHello,
  farPlace,
  helloLine,
  HelloReader,
  nearHello,
  type FarHello,
  type NearHello,
} from './hello.ts'
export { answerWindow, Outbox } from './outbox.ts'
export { RpcParts } from './rpcParts.ts'
