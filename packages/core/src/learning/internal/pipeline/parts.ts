/**
 * The parts of a pipeline, and what they make of rows: the network, the numbers it is trained on, and its scores.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Targets from "../../../data/Targets.ts"
import type { Kind as TargetKind, Task } from "../../../data/Task.ts"
import * as Engine from "../../../engine/Engine.ts"
import * as Graph from "../../../network/Graph.ts"
import * as Shape from "../../../pipeline/Shape.ts"
import type { PartOf, Stage } from "../../../pipeline/Stage.ts"
import * as Prediction from "../../Prediction.ts"
import type * as Training from "../../Training.ts"
import * as Members from "../members.ts"
import * as Preprocessing from "../preprocessing.ts"
import type * as Settings from "../settings.ts"
import type * as Transforms from "../targetTransforms.ts"
import type { Taker } from "../weighing.ts"

/** The parts of a complete pipeline. */
export interface Parts {
  readonly stages: ReadonlyArray<Stage>
  readonly loss: PartOf<"loss">
  readonly optimizer: PartOf<"optimizer">
  readonly settings: Settings.Settings
}

export type Target = { readonly kind: TargetKind; readonly levels: ReadonlyArray<string> }

/** How many members a network has: 1 unless its head is one of members. */
export const membersOf = (network: Graph.Network, { kind, levels }: Target): number =>
  network.outputs / Prediction.outputs(kind, levels)

/** The network for what the ingresses give. */
export const networkOf = (
  { optimizer, stages }: Parts,
  { ingresses }: Preprocessing.Learned,
  target: Target
): Result.Result<Graph.Network, Shape.ShapeError> => {
  const network = Graph.make(
    stages,
    new Map(Array.from(ingresses, ([path, { shape }]) => [path, shape] as const)),
    Prediction.outputs(target.kind, target.levels),
    new Map(
      Array.from(ingresses).flatMap(([path, { cardinalities }]) =>
        cardinalities === undefined ? [] : [[path, cardinalities] as const]
      )
    )
  )
  return Result.flatMap(network, (made) =>
    optimizer.transform.searches && membersOf(made, target) > 1
      ? Result.fail(
          new Shape.ShapeError({
            stage: made.nodes[made.output]!.path,
            given: `the scores of ${membersOf(made, target)} members`,
            expected: "one for a row, as the optimizer searches along a line",
            advice: "choose Optimizer.sgd or Optimizer.adam, or end the network with Nn.head"
          })
        )
      : Result.succeed(made)
  )
}

export const lossId = ({ stages }: Parts): string => stages.find(({ kind }) => kind === "loss")?.id ?? "the loss"

/** What the loss and the optimizer have to do with weights. */
export const takerOf = (parts: Parts): Taker => ({
  loss: lossId(parts),
  weighted: parts.loss.weighted,
  searches: parts.optimizer.transform.searches
})

/** The scores that are predicted and measured, in the unit of the target, from the outputs of a network. */
export const combined = (
  { loss }: Parts,
  network: Graph.Network,
  target: Target,
  { invert }: Transforms.Learned,
  outputs: Float32Array
): Float64Array =>
  invert(
    Members.scores(outputs, membersOf(network, target), {
      kind: target.kind,
      outputs: Prediction.outputs(target.kind, target.levels),
      ranks: loss.translationInvariant
    })
  )

/** Rows as a network takes them. */
export const dataOf = Effect.fnUntraced(function* (
  task: Task,
  learned: Preprocessing.Learned,
  made: Preprocessing.Made,
  transforms: Transforms.Learned
) {
  const data: Training.Data = {
    rows: task.rows,
    sources: yield* Preprocessing.open(learned, made),
    truth: task.target,
    targets: Float32Array.from(transforms.apply(Targets.toNumbers(task.kind, task.target))),
    weights: task.weights === undefined ? undefined : Float32Array.from(task.weights)
  }
  return data
})

/** The program of these parts, and the engine that computes it. */
export const programOf = Effect.fnUntraced(function* (
  { loss, optimizer, settings }: Parts,
  network: Graph.Network,
  target: Target
) {
  const engines = yield* Engine.Engines
  const mean = Members.loss(loss.loss, membersOf(network, target))
  const program = { network, loss: mean, optimizer: optimizer.transform }
  return { program, engine: yield* Effect.fromResult(Engine.choose(engines, program, settings.engine)) }
})
