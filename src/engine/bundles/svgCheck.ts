/** What an SVG must not have, each with its name. A rendering of Kernelscope has none of it. */
const forbidden: readonly [what: string, pattern: RegExp][] = [
  ['a script', /<\s*(?:[\w-]+:)?script\b/i],
  ['foreign content', /<\s*(?:[\w-]+:)?(?:foreignObject|iframe|embed|object|audio|video)\b/i],
  ['an event handler', /<[^>]*\son[a-z]+\s*=\s*["']/i],
  ['an animation', /<\s*(?:[\w-]+:)?(?:animate\w*|set)\b/i],
  ['a declaration', /<!(?:DOCTYPE|ENTITY)\b/i],
  ['a style from elsewhere', /@import\b|<\?xml-stylesheet/i],
  [
    'a reference to something outside',
    /\b(?:href|src)\s*=\s*["']?\s*(?!#|data:image\/(?:png|jpeg);)[^"'\s#]/i,
  ],
  ['a reference to something outside', /url\(\s*["']?\s*(?!#)(?!data:(?:font|image)\/)[^)"'\s#]/i],
]

/** Says what makes an SVG unsafe to show; null where nothing does. */
export function unsafeSvg(text: string): string | null {
  return forbidden.find(([, pattern]) => pattern.test(text))?.[0] ?? null
}
