import type { Naming } from '../../build/index.ts'

const block = /^blocks\.(\d+)\./.source

/** timm's `VisionTransformer` (timm/models/vision_transformer.py), whose names DINO, DeiT and MAE share. */
const timm: Naming = { by: 'timm', rules: [], ignored: /^(mask_token|head\.last_layer)/ }

const registers = { own: /^reg_token$/, stored: 'register_tokens' }

/** DINOv2 (dinov2/models/vision_transformer.py): with registers, and with the gated layers of its largest size. */
const dinov2: Naming = { by: 'DINOv2', needs: 'reg_token', rules: [registers], ignored: /^mask_token$/ }
const dinov2Gated: Naming = {
  by: 'DINOv2',
  needs: 'blocks.0.mlp.fc1.weight',
  rules: [
    registers,
    { own: new RegExp(`${block}mlp\\.fc1\\.`), stored: 'blocks.$1.mlp.w12.' },
    { own: new RegExp(`${block}mlp\\.fc2\\.`), stored: 'blocks.$1.mlp.w3.' },
  ],
  ignored: /^mask_token$/,
}

/** DeiT III (deit/models_v2.py). */
const deit3: Naming = {
  by: 'DeiT III',
  needs: 'blocks.0.ls1.gamma',
  rules: [{ own: new RegExp(`${block}ls(\\d)\\.gamma`), stored: 'blocks.$1.gamma_$2' }],
}

const torchvisionNames = (first: string, second: string): Naming => ({
  by: 'torchvision',
  rules: [
    { own: /^cls_token$/, stored: 'class_token' },
    { own: /^pos_embed$/, stored: 'encoder.pos_embedding' },
    { own: /^patch_embed\.proj\./, stored: 'conv_proj.' },
    { own: new RegExp(`${block}norm(\\d)\\.`), stored: 'encoder.layers.encoder_layer_$1.ln_$2.' },
    {
      own: new RegExp(`${block}attn\\.qkv\\.`),
      stored: 'encoder.layers.encoder_layer_$1.self_attention.in_proj_',
    },
    {
      own: new RegExp(`${block}attn\\.proj\\.`),
      stored: 'encoder.layers.encoder_layer_$1.self_attention.out_proj.',
    },
    { own: new RegExp(`${block}mlp\\.fc1\\.`), stored: `encoder.layers.encoder_layer_$1.mlp.${first}.` },
    { own: new RegExp(`${block}mlp\\.fc2\\.`), stored: `encoder.layers.encoder_layer_$1.mlp.${second}.` },
    { own: /^norm\./, stored: 'encoder.ln.' },
    { own: /^head\./, stored: 'heads.head.' },
  ],
})

/** torchvision's `VisionTransformer` (torchvision/models/vision_transformer.py), and its names before version 0.13. */
const torchvision = torchvisionNames('0', '3')
const olderTorchvision: Naming = {
  ...torchvisionNames('linear_1', 'linear_2'),
  needs: 'blocks.0.mlp.fc1.weight',
}

const layer = 'encoder.layer.$1.'
const apart = ['query', 'key', 'value'].map((part) => `${layer}attention.attention.${part}.`)
const embeddings = [
  { own: /^cls_token$/, stored: 'embeddings.cls_token' },
  { own: /^dist_token$/, stored: 'embeddings.distillation_token' },
  { own: /^reg_token$/, stored: 'embeddings.register_tokens' },
  { own: /^pos_embed$/, stored: 'embeddings.position_embeddings' },
  { own: /^patch_embed\.proj\./, stored: 'embeddings.patch_embeddings.projection.' },
  { own: new RegExp(`${block}attn\\.qkv\\.`), stored: apart },
  { own: new RegExp(`${block}attn\\.proj\\.`), stored: `${layer}attention.output.dense.` },
  { own: /^norm\./, stored: 'layernorm.' },
  { own: /^head_dist\./, stored: 'distillation_classifier.' },
]
const ignored = /^(embeddings\.mask_token$|pooler\.)/

const huggingFaceRules = [
  ...embeddings,
  { own: new RegExp(`${block}norm1\\.`), stored: `${layer}layernorm_before.` },
  { own: new RegExp(`${block}norm2\\.`), stored: `${layer}layernorm_after.` },
  { own: new RegExp(`${block}mlp\\.fc1\\.`), stored: `${layer}intermediate.dense.` },
  { own: new RegExp(`${block}mlp\\.fc2\\.`), stored: `${layer}output.dense.` },
]

/** Hugging Face's ViT and DeiT (transformers, modeling_vit.py and modeling_deit.py), distilled with two heads too. */
export const huggingFace: Naming = {
  by: 'Hugging Face',
  prefixes: ['vit.', 'deit.', ''],
  rules: [...huggingFaceRules, { own: /^head\./, stored: 'classifier.' }],
  ignored,
}
export const huggingFaceDistilled: Naming = {
  by: 'Hugging Face',
  needs: 'head_dist.weight',
  prefixes: ['deit.', ''],
  rules: [...huggingFaceRules, { own: /^head\./, stored: 'cls_classifier.' }],
  ignored,
}

const dinov2Rules = (first: string, second: string) => [
  ...embeddings,
  { own: new RegExp(`${block}ls(\\d)\\.gamma`), stored: `${layer}layer_scale$2.lambda1` },
  { own: new RegExp(`${block}mlp\\.fc1\\.`), stored: `${layer}mlp.${first}.` },
  { own: new RegExp(`${block}mlp\\.fc2\\.`), stored: `${layer}mlp.${second}.` },
  { own: new RegExp(block), stored: layer },
  { own: /^head\./, stored: 'classifier.' },
]

/** Hugging Face's DINOv2 (transformers, modeling_dinov2.py and modeling_dinov2_with_registers.py). */
export const huggingFaceDinov2: Naming = {
  by: 'Hugging Face (DINOv2)',
  needs: 'blocks.0.ls1.gamma',
  prefixes: ['dinov2.', 'dinov2_with_registers.', ''],
  rules: dinov2Rules('fc1', 'fc2'),
  ignored,
}
const huggingFaceDinov2Gated: Naming = {
  ...huggingFaceDinov2,
  needs: 'blocks.0.mlp.fc1.weight',
  rules: dinov2Rules('weights_in', 'weights_out'),
}

/** Those that need a tensor stand before those that need none. */
export const vitNamings: readonly Naming[] = [
  dinov2Gated,
  dinov2,
  deit3,
  huggingFaceDinov2Gated,
  huggingFaceDinov2,
  huggingFaceDistilled,
  olderTorchvision,
  timm,
  torchvision,
  huggingFace,
]

export const isTorchvision = (naming: Naming): boolean => naming.by === 'torchvision'
