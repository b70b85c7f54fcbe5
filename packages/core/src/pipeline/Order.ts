/**
 * The order of stages, once for the compiler and once for descriptions that are read at run time.
 *
 * `Preprocess* → Ingress → Nn* → Nn.head → loss → optimizer → Model`, where `Merge` of branches may stand for the
 * preprocessing, the ingress and the first layers.
 */
import type { Part } from "./Stage.ts"

/** How far a pipeline has come: the last thing that was set. @category models */
export type Reached = "preprocess" | "ingress" | "layer" | "head" | "loss" | "optimizer" | "model"

/** The place of each kind of stage in the order. */
export const placeOf = {
  preprocess: "preprocess",
  ingress: "ingress",
  merge: "ingress",
  layer: "layer",
  block: "layer",
  head: "head",
  loss: "loss",
  optimizer: "optimizer",
  model: "model"
} as const satisfies Record<Part["kind"], Reached>

/** The stages of which a complete pipeline has exactly one. */
type Single = "ingress" | "head" | "loss" | "optimizer"

/** What is set when a pipeline has reached a stage. */
export const done = {
  preprocess: [],
  ingress: ["ingress"],
  layer: ["ingress"],
  head: ["ingress", "head"],
  loss: ["ingress", "head", "loss"],
  optimizer: ["ingress", "head", "loss", "optimizer"],
  model: ["ingress", "head", "loss", "optimizer"]
} as const satisfies Record<Reached, ReadonlyArray<Single>>

/** What must be set, and nothing more, before a stage can come. */
export const required = {
  preprocess: [],
  ingress: [],
  layer: ["ingress"],
  head: ["ingress"],
  loss: ["ingress", "head"],
  optimizer: ["ingress", "head", "loss"],
  model: ["ingress", "head", "loss", "optimizer"]
} as const satisfies Record<Reached, ReadonlyArray<Single>>

type Done<R extends Reached> = (typeof done)[R][number]
type Required<S extends Reached> = (typeof required)[S][number]
/** What was reached, as sentences call it. */
export const spoken = {
  preprocess: "preprocessing",
  ingress: "ingress",
  layer: "network layers",
  head: "head",
  loss: "loss",
  optimizer: "optimizer",
  model: "model"
} as const satisfies Record<Reached, string>

/** @category type-level */
export type Spoken = typeof spoken

/** The compile error of putting `Name`, a stage of kind `S`, on a pipeline that has reached `R`; `unknown` if it fits. */
export type Problem<R extends Reached, S extends Reached, Name extends string> = [
  Exclude<Required<S>, Done<R>>
] extends [never]
  ? [Exclude<Done<R>, Required<S>>] extends [never]
    ? R extends "model"
      ? `${Name} cannot come after the model: the pipeline is complete`
      : unknown
    : `${Name} cannot come after the ${Spoken[R]}`
  : `Stage not set: ${Exclude<Required<S>, Done<R>>}`

/** What stands for a stage that is not there, where one has to be named. */
const usual: Readonly<Record<string, string>> = {
  ingress: "Ingress.numeric",
  head: "Nn.head",
  loss: "a loss (Bce.loss)",
  optimizer: "an optimizer (Optimizer.adam)"
}

/** The same check at run time: the sentence with what to do, or undefined if the stage fits. */
export const problem = (reached: Reached, stage: Reached, name: string): string | undefined => {
  const missing = required[stage].filter((single) => !(done[reached] as ReadonlyArray<string>).includes(single))
  if (missing.length > 0) {
    const advice = missing.map((stage) => usual[stage] ?? `a ${stage}`).join(", ")
    return `Stage not set: ${missing.join(", ")}; put ${advice} before ${name}`
  }
  const extra = done[reached].filter((single) => !(required[stage] as ReadonlyArray<string>).includes(single))
  if (extra.length > 0) return `${name} cannot come after the ${spoken[reached]}`
  if (reached === "model") return `${name} cannot come after the model: the pipeline is complete`
  return undefined
}
