/**
 * A recipe is a learner that writes its own pipeline when it sees a task: preprocessing by the types of the columns, a
 * network, a loss by the kind of the target, an optimizer, a validation. What it writes is an ordinary pipeline, and training
 * it gives the same numbers as training that pipeline; `learner.plan(task)` shows it, and what was learned is saved with it.
 *
 * Recipes carry a version: what a version writes never changes, so that results do not move with an upgrade. In JSON a recipe
 * is `{ type: "TabM.classif", version: 1, …options }`; there a loss that is not given is the negative log-likelihood, found
 * in the registry: `Bce.loss`, `CrossEntropy.loss` or `Mse.loss`, by the kind of the target. In code the loss is given, as
 * packages of learners know none of losses.
 *
 * *Gotcha*: which columns are what is decided on all rows that the learner gets, those that it holds out for validation, too;
 * all that is learned of them is learned without these.
 *
 * @example
 * // Logistic regression of whatever numbers there are:
 * const recipe = Recipe.define({
 *   id: "Mine", summary: "A linear model", versions: [1], options: {},
 *   training: { epochs: 100, batchSize: "auto", holdout: 0.2, patience: 10 },
 *   network: (_, { numbers }) =>
 *     Result.succeed(Preprocess.select(numbers).pipe(Preprocess.standardise(), Ingress.numeric(), Nn.head())),
 *   optimizer: () => Optimizer.adam()
 * })
 * const learner = recipe.classif({ loss: { binary: Bce.loss(), multiclass: CrossEntropy.loss() } })
 */
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type { Kind as TargetKind } from "../data/Task.ts"
import type { Engines } from "../engine/Engine.ts"
import { learnerOf } from "./internal/recipe/learner.ts"
import { optionsOf, type Side, sides, written } from "./internal/recipe/options.ts"
import type { Definition, Recipe } from "./internal/recipe/recipe.ts"
import type * as Learner from "./Learner.ts"

export type { Columns } from "./internal/recipe/columns.ts"
export type {
  Class,
  ClassifOptions,
  Definition,
  Losses,
  LossOf,
  Recipe,
  RegrOptions,
  Seen,
  Settings
} from "./internal/recipe/recipe.ts"

/**
 * Defines a recipe: `network` gives the pipeline up to its head, and `optimizer` what trains it, both by the options and by
 * what is seen of the task. What comes out has two constructors, `classif` and `regr`, and their definitions, for registries.
 *
 * @category constructors
 */
export const define = <const F extends Schema.Struct.Fields>(recipe: Definition<F>): Recipe<F> => {
  const { classif, regr } = sides(recipe.id)
  const [classes, numbers] = [optionsOf(recipe, classif), optionsOf(recipe, regr)]
  const definitionOf = (side: Side, { decode, schema }: ReturnType<typeof optionsOf<F>>): Learner.Definition => ({
    id: side.id,
    kind: "learner",
    summary: recipe.summary,
    accepts: side.kinds,
    weighted: true,
    space: recipe.space,
    options: schema,
    bind: (given, find) => Result.map(decode(given, find), () => learnerOf(recipe, side, given, decode, find))
  })
  const made = <K extends TargetKind>(
    side: Side,
    { decode }: ReturnType<typeof optionsOf<F>>,
    given: Parameters<typeof written<K>>[0]
  ) => {
    const { find, json } = written(given)
    // The loss says which targets it is for.
    return learnerOf(recipe, side, json, decode, find) as Learner.Learner<never, never, never, Engines>
  }
  return {
    classifDefinition: definitionOf(classif, classes),
    regrDefinition: definitionOf(regr, numbers),
    classif: (given) => made(classif, classes, given),
    regr: (given) => made(regr, numbers, given)
  }
}
