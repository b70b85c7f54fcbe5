/**
 * Products of columns.
 */

/** A product: the indices of its factors, ascending; an index that repeats is a power. */
export type Monomial = ReadonlyArray<number>

/**
 * Lists the products of two up to `degree` of so many columns, by degree and then by index: of a and b by degree 2 a², ab, b².
 * With `interactions` no factor repeats.
 */
export const monomials = (columns: number, degree: number, interactions: boolean): ReadonlyArray<Monomial> => {
  const next = (shorter: ReadonlyArray<Monomial>): ReadonlyArray<Monomial> =>
    shorter.flatMap((factors) => {
      const from = factors.length === 0 ? 0 : factors.at(-1)! + (interactions ? 1 : 0)
      return Array.from({ length: Math.max(0, columns - from) }, (_, i) => [...factors, from + i])
    })
  let longest = next([[]])
  return Array.from({ length: degree - 1 }, () => (longest = next(longest))).flat()
}

/** How many products `monomials` lists, without listing them. */
export const countMonomials = (columns: number, degree: number, interactions: boolean): number => {
  let total = 0
  let choices = columns
  for (let order = 2; order <= degree; order++) {
    choices = (choices * (interactions ? columns - order + 1 : columns + order - 1)) / order
    total += Math.max(0, choices)
  }
  return total
}

/** The name of a product, as model formulas have it: `a^2`, `a:b`, `a^2:b`. */
export const nameOf = (factors: Monomial, names: ReadonlyArray<string>): string => {
  const powers = new Map<number, number>()
  for (const factor of factors) powers.set(factor, (powers.get(factor) ?? 0) + 1)
  return Array.from(powers, ([factor, power]) => `${names[factor]}${power === 1 ? "" : `^${power}`}`).join(":")
}
