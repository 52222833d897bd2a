import type { Naming } from '../../build/index.ts'

/** Tensors that follow from the window and the side; some libraries store them. */
const ignored = /\.(relative_position_index|attn_mask)$/

/** The authors' `SwinTransformer` (Swin-Transformer, models/swin_transformer.py), whose names timm had before 0.9. */
export const authors: Naming = { by: 'the authors', rules: [], ignored }

/** timm's `SwinTransformer` since 0.9 (timm/models/swin_transformer.py): a stage begins with its downsampling. */
export const timm: Naming = {
  by: 'timm',
  rules: [
    {
      own: /^layers\.(\d)\.downsample\./,
      stored: (stage = '') => `layers.${Number(stage) + 1}.downsample.`,
    },
    { own: /^head\./, stored: 'head.fc.' },
  ],
  ignored,
}

const block = /^layers\.(\d)\.blocks\.(\d+)\./.source
const inStage = (stage: string, index: string) => `features.${2 * Number(stage) + 1}.${index}.`

/** torchvision's `SwinTransformer` (torchvision/models/swin_transformer.py): stages and what is between in one list. */
export const torchvision: Naming = {
  by: 'torchvision',
  rules: [
    { own: /^patch_embed\.proj\./, stored: 'features.0.0.' },
    { own: /^patch_embed\.norm\./, stored: 'features.0.2.' },
    {
      own: new RegExp(`${block}mlp\\.fc(\\d)\\.`),
      stored: (stage = '', index = '', part = '') => `${inStage(stage, index)}mlp.${part === '1' ? 0 : 3}.`,
    },
    { own: new RegExp(block), stored: (stage = '', index = '') => inStage(stage, index) },
    { own: /^layers\.(\d)\.downsample\./, stored: (stage = '') => `features.${2 * Number(stage) + 2}.` },
  ],
  ignored,
}

const layer = 'encoder.layers.$1.blocks.$2.'

/** Hugging Face's `SwinForImageClassification` (transformers, modeling_swin.py). */
export const huggingFace: Naming = {
  by: 'Hugging Face',
  prefixes: ['swin.', ''],
  rules: [
    { own: /^patch_embed\.proj\./, stored: 'embeddings.patch_embeddings.projection.' },
    { own: /^patch_embed\.norm\./, stored: 'embeddings.norm.' },
    {
      own: new RegExp(`${block}attn\\.qkv\\.`),
      stored: ['query', 'key', 'value'].map((part) => `${layer}attention.self.${part}.`),
    },
    { own: new RegExp(`${block}attn\\.proj\\.`), stored: `${layer}attention.output.dense.` },
    { own: new RegExp(`${block}attn\\.`), stored: `${layer}attention.self.` },
    { own: new RegExp(`${block}norm1\\.`), stored: `${layer}layernorm_before.` },
    { own: new RegExp(`${block}norm2\\.`), stored: `${layer}layernorm_after.` },
    { own: new RegExp(`${block}mlp\\.fc1\\.`), stored: `${layer}intermediate.dense.` },
    { own: new RegExp(`${block}mlp\\.fc2\\.`), stored: `${layer}output.dense.` },
    { own: /^layers\./, stored: 'encoder.layers.' },
    { own: /^norm\./, stored: 'layernorm.' },
    { own: /^head\./, stored: 'classifier.' },
  ],
  ignored,
}
