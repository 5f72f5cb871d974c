/** Signs of formulas and their names in TeX, in turn; Greek capitals that look Latin have none. */
const NAMES =
  'α alpha β beta γ gamma δ delta ε varepsilon ϵ epsilon ζ zeta η eta θ theta ϑ vartheta ι iota κ kappa λ lambda μ mu µ mu ν nu ξ xi π pi ' +
  'ϖ varpi ρ rho ϱ varrho σ sigma ς varsigma τ tau υ upsilon φ varphi ϕ phi χ chi ψ psi ω omega ' +
  'Γ Gamma Δ Delta ∆ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega ' +
  '± pm ∓ mp × times ÷ div ⋅ cdot · cdot ∗ ast ∘ circ ∙ bullet ∞ infty ∂ partial ∇ nabla √ surd ' +
  '≤ leq ≥ geq ≠ neq ≈ approx ≡ equiv ≅ cong ∼ sim ≃ simeq ∝ propto ≪ ll ≫ gg ⟂ perp ⊥ perp ∥ parallel ∠ angle ' +
  '∈ in ∉ notin ∋ ni ⊂ subset ⊃ supset ⊆ subseteq ⊇ supseteq ∪ cup ∩ cap ∅ emptyset ∀ forall ∃ exists ¬ neg ∧ wedge ∨ vee ' +
  '→ to ← leftarrow ↔ leftrightarrow ⇒ Rightarrow ⇐ Leftarrow ⇔ Leftrightarrow ↦ mapsto ↑ uparrow ↓ downarrow ' +
  '∑ sum ∏ prod ∐ coprod ∫ int ∬ iint ∭ iiint ∮ oint ∯ oiint ∰ oiiint ⋃ bigcup ⋂ bigcap ⋁ bigvee ⋀ bigwedge ' +
  '… ldots ⋯ cdots ⋮ vdots ⋱ ddots ℏ hbar ℓ ell ℜ Re ℑ Im ℵ aleph ⊕ oplus ⊗ otimes ⟨ langle ⟩ rangle ‖ | ′ prime';

const pairs = NAMES.split(' ');
const NAME_OF = new Map(pairs.flatMap((sign, i) => (i % 2 === 0 ? [[sign, pairs[i + 1] as string]] : [])));
const SIGNS = new RegExp(`[${[...NAME_OF.keys()].join('')}]`, 'g');

/** The name of a sign in TeX, such as `\sum`. */
export function nameInTex(sign: string): string | undefined {
  const name = NAME_OF.get(sign);
  return name === undefined ? undefined : `\\${name}`;
}

/**
 * Text of a formula with its signs by their names, each before a space that ends it; a minus is the one of the keyboard. Operators that
 * nobody sees, such as that between a function and its argument, are left out.
 */
export function signsByName(text: string): string {
  return text
    .replace(/[\u2061-\u2064]/g, '')
    .replace(SIGNS, (sign) => `${nameInTex(sign)} `)
    .replace(/[−–]/g, '-');
}
