/** All families. Of a checkpoint that several take for theirs, one of a published size is chosen. */
export { bit } from './bit.ts'
export { convNeXt } from './convnext.ts'
export { repLKNet } from './replknet.ts'
export { resnet } from './resnet.ts'
export { swin } from './swin/swin.ts'
export { vit } from './vit/vit.ts'
export { vgg } from './vgg.ts'
export { denseNet } from './densenet.ts'
