/**
 * The coefficients of a network that is one layer behind columns of numbers.
 */
import * as Column from "../../../data/Column.ts"
import * as Moments from "../../../Moments.ts"
import { type Coefficient, intercept, ofFeatures } from "../featureUse.ts"
import * as Preprocessing from "../preprocessing.ts"
import * as Transforms from "../targetTransforms.ts"
import type { Learned } from "./learned.ts"
import type { Parts, Target } from "./parts.ts"

/** Whether scores are sums over columns. */
export const isLinear = ({ stages }: Parts): boolean => {
  const [ingress, head, ...others] = stages.filter(
    ({ kind }) => !["preprocess", "loss", "optimizer", "model"].includes(kind)
  )
  return ingress?.id === "Ingress.numeric" && head?.id === "Nn.head" && others.length === 0
}

/** The standard deviation of each column that reaches a linear network, in rows that weigh what they weigh. */
export const deviations = (
  { ingresses }: Preprocessing.Learned,
  { inputs }: Preprocessing.Made,
  weights: ArrayLike<number> | undefined
): ReadonlyArray<number> =>
  [...ingresses].flatMap(([path, { columns }]) =>
    columns.map((name) => {
      const values = Column.asNumbers(inputs.get(path)!.columns.get(name)!) ?? new Float64Array()
      return Moments.of(values, weights).sd
    })
  )

/** Gives the coefficients of a linear network. */
export const coefficientsOf = (
  parts: Parts,
  { arrays, before, deviations: sds, intercept: constant, target: transforms }: Learned,
  { kind, levels }: Target
): ReadonlyArray<Coefficient> => {
  const { columns } = [...before.ingresses.values()][0]!
  const [kernel, bias] = arrays
  const width = kernel!.shape[1]!
  const level = (k: number): string | undefined => (kind === "regression" ? undefined : levels[k])
  const of = (column: string, value: (k: number) => number, sd?: number) =>
    Array.from({ length: width }, (_, k) => ({
      column,
      level: level(k),
      value: value(k),
      perSd: sd === undefined ? undefined : sd * value(k)
    }))
  const rows = [
    ...of(intercept, (k) => (bias?.values[k] ?? 0) + constant),
    ...columns.flatMap((column, j) => of(column, (k) => kernel!.values[j * width + k]!, sds?.[j]))
  ]
  return Transforms.inUnit(
    parts.settings.target ?? [],
    transforms,
    ofFeatures(rows, (column) => Preprocessing.sourceOf(before, column))
  )
}
