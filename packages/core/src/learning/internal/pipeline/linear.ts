/**
 * The coefficients of a network that is one layer behind columns of numbers.
 */
import { type Coefficient, intercept, ofFeatures } from "../featureUse.ts"
import * as Preprocessing from "../preprocessing.ts"
import * as Transforms from "../targetTransforms.ts"
import type { Parts, Target } from "./parts.ts"
import type { Learned } from "./trained.ts"

/** Whether scores are sums over columns. */
export const isLinear = ({ stages }: Parts): boolean => {
  const [ingress, head, ...others] = stages.filter(
    ({ kind }) => !["preprocess", "loss", "optimizer", "model"].includes(kind)
  )
  return ingress?.id === "Ingress.numeric" && head?.id === "Nn.head" && others.length === 0
}

/** The columns whose unit is a standard deviation of the training rows, since that was the last that was made of them. */
const standardised = ({ stages }: Parts, { preprocessors }: Preprocessing.Learned): ReadonlySet<string> => {
  const last = stages.findLast(({ kind }) => kind === "preprocess")
  if (last?.id !== "Preprocess.standardise") return new Set()
  const state = [...preprocessors.values()].at(-1)!.state() as ReadonlyArray<{ column: string; sd: number }>
  return new Set(state.filter(({ sd }) => sd > 0).map(({ column }) => column))
}

/** Gives the coefficients of a linear network. */
export const coefficientsOf = (
  parts: Parts,
  { arrays, before, intercept: constant, target: transforms }: Learned,
  { kind, levels }: Target
): ReadonlyArray<Coefficient> => {
  const { columns } = [...before.ingresses.values()][0]!
  const [kernel, bias] = arrays
  const width = kernel!.shape[1]!
  const units = standardised(parts, before)
  const level = (k: number): string | undefined => (kind === "regression" ? undefined : levels[k])
  const of = (column: string, value: (k: number) => number) =>
    Array.from({ length: width }, (_, k) => ({
      column,
      level: level(k),
      value: value(k),
      perSd: units.has(column) ? value(k) : undefined
    }))
  const rows = [
    ...of(intercept, (k) => (bias?.values[k] ?? 0) + constant),
    ...columns.flatMap((column, j) => of(column, (k) => kernel!.values[j * width + k]!))
  ]
  return Transforms.inUnit(
    parts.settings.target ?? [],
    transforms,
    ofFeatures(rows, (column) => Preprocessing.sourceOf(before, column))
  )
}
