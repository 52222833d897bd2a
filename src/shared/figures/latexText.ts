/** Text for LaTeX: without TeX commands, and only with characters that pdfLaTeX can set. */
export function latexText(text: string): string {
  return [...text.normalize('NFC')].map(latexOf).join('')
}

/** A name for \label with the characters that \ref, tools and packages all accept. */
export const latexLabel = (id: string): string => id.replace(/[^A-Za-z0-9:._-]+/g, '-')

const greek =
  'α alpha β beta γ gamma δ delta ε varepsilon ϵ epsilon ζ zeta η eta θ theta ϑ vartheta ι iota κ kappa λ lambda ' +
  'μ mu ν nu ξ xi π pi ϖ varpi ρ rho ϱ varrho σ sigma ς varsigma τ tau υ upsilon φ varphi ϕ phi χ chi ψ psi ω omega ' +
  'Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega'
const signs =
  '× times ÷ div ± pm ∓ mp · cdot ⋅ cdot ∗ ast ∘ circ ≤ le ≥ ge ≠ ne ≈ approx ≡ equiv ∼ sim ≃ simeq ∝ propto ≪ ll ≫ gg ' +
  '→ to ← leftarrow ↔ leftrightarrow ↑ uparrow ↓ downarrow ⇒ Rightarrow ⇐ Leftarrow ⇔ Leftrightarrow ↦ mapsto ' +
  '∞ infty ∂ partial ∇ nabla √ surd ∫ int ∑ sum ∏ prod ∈ in ∉ notin ⊂ subset ⊆ subseteq ∪ cup ∩ cap ∅ emptyset ' +
  '∀ forall ∃ exists ∧ wedge ∨ vee ¬ neg ⊕ oplus ⊗ otimes ⊙ odot ∥ parallel ⊥ perp ⟨ langle ⟩ rangle ' +
  '⌊ lfloor ⌋ rfloor ⌈ lceil ⌉ rceil ℓ ell † dagger ‡ ddagger'

/** Maps each sign to its command of mathematics, from text of the form "sign name sign name". */
function commands(list: string): [string, string][] {
  const words = list.split(' ')
  return words.flatMap((sign, at): [string, string][] =>
    at % 2 === 0 ? [[sign, `$\\${words[at + 1] ?? ''}$`]] : [],
  )
}

/** Greek capitals that TeX does not have, because they look like Latin ones. */
const capitals: [string, string][] = [...'ΑABΒEΕZΖHΗIΙKΚMΜNΝOΟPΡTΤXΧ']
  .filter((letter) => letter > '\u007f')
  .map((letter, at) => [letter, 'ABEZHIKMNOPTX'[at] ?? ''])

const raised: [string, string][] = [...'⁰¹²³⁴⁵⁶⁷⁸⁹'].map((sign, digit) => [sign, `$^{${digit}}$`])
const lowered: [string, string][] = [...'₀₁₂₃₄₅₆₇₈₉'].map((sign, digit) => [sign, `$_{${digit}}$`])

const replacements = new Map<string, string>([
  ['\\', '\\textbackslash{}'],
  ['~', '\\textasciitilde{}'],
  ['^', '\\textasciicircum{}'],
  // In TeX's old font encoding these three codes are other characters.
  ['|', '\\textbar{}'],
  ['<', '\\textless{}'],
  ['>', '\\textgreater{}'],
  ...[...'&%$#_{}'].map((sign): [string, string] => [sign, `\\${sign}`]),
  ['–', '--'],
  ['—', '---'],
  ['−', '$-$'],
  ['‘', '`'],
  ['’', "'"],
  ['“', '``'],
  ['”', "''"],
  ['„', ',,'],
  ['…', '\\ldots{}'],
  ['•', '\\textbullet{}'],
  ['°', '$^{\\circ}$'],
  ['′', "$'$"],
  ['½', '1/2'],
  ['¼', '1/4'],
  ['¾', '3/4'],
  ['§', '\\S{}'],
  ['©', '\\copyright{}'],
  ['\u00a0', '~'],
  ['\u200b', ''],
  ['\ufeff', ''],
  ['ο', 'o'],
  ['⁻', '$^{-}$'],
  ['₋', '$_{-}$'],
  ...capitals,
  ...raised,
  ...lowered,
  ...commands(greek),
  ...commands(signs),
])

/** Letters that every font encoding of LaTeX has. */
const letters = /^[\x20-\x7eÀ-ÏÑ-ÖØ-Ýßà-ïñ-öø-ýÿŒœŁłŠšŽž]$/

/** Accents by their combining marks. */
const accents = new Map([
  ['\u0300', '`'],
  ['\u0301', "'"],
  ['\u0302', '^'],
  ['\u0303', '~'],
  ['\u0304', '='],
  ['\u0306', 'u '],
  ['\u0307', '.'],
  ['\u0308', '"'],
  ['\u030a', 'r '],
  ['\u030b', 'H '],
  ['\u030c', 'v '],
  ['\u0327', 'c '],
])

function latexOf(character: string): string {
  const known = replacements.get(character)
  if (known !== undefined) return known
  if (letters.test(character)) return character
  if (/^[\p{Cc}\p{Zs}\p{Zl}\p{Zp}]$/u.test(character)) return ' '
  const [base = '', mark = '', ...more] = character.normalize('NFD')
  const accent = accents.get(mark)
  if (accent !== undefined && more.length === 0 && /^[A-Za-z]$/.test(base))
    return `\\${accent.trim()}{${/^[ij]$/.test(base) ? `\\${base}` : base}}`
  // Removes marks that TeX's old fonts lack, and replaces variants of characters by their plain form.
  const plain = [...character.normalize('NFKD').replace(/\p{M}+/gu, '')]
  const parts = plain.map((part) => replacements.get(part) ?? (letters.test(part) ? part : null))
  if (parts.length > 0 && parts.every((part) => part !== null)) return parts.join('')
  return `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`
}
