/**
 * A pipeline is a list of stages, as plain data, with types on top that say how far it has come.
 *
 * Its type carries the stage reached, the columns that it needs, the shape of one row after the last layer (literal where
 * known) and the target kinds that its loss accepts. Interpreters give it meaning: `toJson` and `fromJson`, `toMermaid`,
 * `hash`, its network (`Graph`), training (`Learner`). A pipeline is never mutated: each stage makes a new one.
 *
 * @example
 * const pipeline = Preprocess.standardise().pipe(Ingress.numeric(), Nn.linear(20), Nn.relu(), Nn.head())
 * Pipeline.toJson(pipeline)[2] // => { type: "Nn.linear", units: 20 }
 */
export { toMermaid, toText, type Known } from "./internal/diagram.ts"
export { check, fromJson, hash, read, toJson } from "./internal/json.ts"
export {
  type AcceptsOf,
  type After,
  type Any,
  type ColumnsOf,
  isPipeline,
  type Pipeline,
  type Rank,
  type ReachedOf,
  type ShapeOf,
  TypeId
} from "./internal/pipeline.ts"
export type { StageJson } from "./Stage.ts"
