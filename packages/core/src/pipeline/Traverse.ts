/**
 * One walk over the stages of a pipeline, nested ones too. Everything that gives a pipeline meaning (its order, its
 * shapes, its diagram, its network) is a fold of this walk.
 *
 * Each stage has a path, which names its weights, seeds, errors and box of the diagram: the last part of its id, with a
 * number from the second of its name on, under the names of the branches and blocks that it stands in:
 * `"linear"`, `"linear#2"`, `"scan/conv2d"`, `"residual/linear"`, and `"block/3/linear"` in the third repetition of a block.
 * A stage of another name never moves it, nor does another number of repetitions.
 */
import * as Result from "effect/Result"
import type { Issue } from "./PipelineError.ts"
import type { Part, Stage } from "./Stage.ts"

/** A stage where the walk finds it. @category models */
export interface Visit {
  readonly stage: Stage
  readonly path: string
  /** The place in the JSON form. */
  readonly place: Issue["path"]
}

/** What a fold does at stages and where branches end. @category models */
export interface Algebra<S> {
  /** What is known after a stage without branches. */
  readonly stage: (sofar: S, visit: Visit) => S
  /**
   * What is known after a stage with branches, which all begin with what is known before it; the repetitions of a block
   * follow each other, and their end is that of the last.
   */
  readonly join: (sofar: S, visit: Visit, ends: ReadonlyMap<string, S>) => S
  /** Whether the body of a block is walked once, as it is written, and not in every repetition. Default false. */
  readonly once?: boolean
}

/** A list of stages inside a stage. @category models */
export interface Branch {
  readonly name: string
  readonly path: string
  readonly place: Issue["path"]
  readonly stages: ReadonlyArray<Stage>
}

const partOf = ({ bound }: Stage): Part | undefined => (Result.isSuccess(bound) ? bound.success.part : undefined)

/** The lists of stages inside a stage as they are written: the branches of a merge, the body of a block. */
export const written = ({ stage, path, place }: Visit): ReadonlyArray<Branch> => {
  const part = partOf(stage)
  switch (part?.kind) {
    case "merge": {
      const above = path.slice(0, path.lastIndexOf("/") + 1)
      return Array.from(part.branches, ([name, stages]) => ({
        name,
        path: `${above}${name}/`,
        place: [...place, "branches", name],
        stages
      }))
    }
    case "block":
      return [{ name: "body", path: `${path}/`, place: [...place, "body"], stages: part.body }]
    default:
      return []
  }
}

/** How often the body of a block follows itself; undefined for other stages. */
const repetitions = (stage: Stage): number | undefined => {
  const part = partOf(stage)
  return part?.kind === "block" && "count" in part ? part.count : undefined
}

/** How many stages there are, each repetition of a block counted; nothing is walked that often. */
export const count = (stages: ReadonlyArray<Stage>): number =>
  stages.reduce((sum, stage) => {
    const inner = written({ stage, path: "", place: [] }).reduce((within, branch) => within + count(branch.stages), 0)
    return sum + 1 + inner * (repetitions(stage) ?? 1)
  }, 0)

/** The lists of stages inside a stage, the body of a block in every repetition, each with a path of its own. */
export const branches = (visit: Visit): ReadonlyArray<Branch> => {
  const count = repetitions(visit.stage)
  const lists = written(visit)
  if (count === undefined) return lists
  return Array.from({ length: count }, (_, i) =>
    lists.map((body) => ({ ...body, path: `${body.path}${i + 1}/` }))
  ).flat()
}

/** The stages of one list with their paths; those inside them are reached through `branches`. */
export const visits = (stages: ReadonlyArray<Stage>, prefix = "", place: Issue["path"] = []): ReadonlyArray<Visit> => {
  const seen = new Map<string, number>()
  return stages.map((stage, i) => {
    const name = stage.id.slice(stage.id.lastIndexOf(".") + 1)
    const count = (seen.get(name) ?? 0) + 1
    seen.set(name, count)
    return { stage, path: `${prefix}${name}${count === 1 ? "" : `#${count}`}`, place: [...place, i] }
  })
}

/**
 * Folds the stages in order, each with what is known before it.
 *
 * @example
 * // How many stages there are, nested ones too:
 * Traverse.fold(pipeline.stages, 0, {
 *   stage: (n) => n + 1,
 *   join: (n, _, ends) => 1 + n + [...ends.values()].reduce((sum, end) => sum + end - n, 0)
 * })
 */
export const fold = <S>(
  stages: ReadonlyArray<Stage>,
  start: S,
  algebra: Algebra<S>,
  prefix = "",
  place: Issue["path"] = []
): S =>
  visits(stages, prefix, place).reduce((sofar, visit) => {
    const inner = algebra.once === true ? written(visit) : branches(visit)
    if (inner.length === 0) return algebra.stage(sofar, visit)
    const walk = (from: S, branch: Branch) => fold(branch.stages, from, algebra, branch.path, branch.place)
    const ends: ReadonlyArray<readonly [string, S]> =
      repetitions(visit.stage) === undefined
        ? inner.map((branch) => [branch.name, walk(sofar, branch)])
        : [["body", inner.reduce(walk, sofar)]]
    return algebra.join(sofar, visit, new Map(ends))
  }, start)

/** Every stage, nested ones too, a stage before those inside it. */
export const all = (stages: ReadonlyArray<Stage>, prefix = "", place: Issue["path"] = []): ReadonlyArray<Visit> =>
  visits(stages, prefix, place).flatMap((visit) => [
    visit,
    ...branches(visit).flatMap((b) => all(b.stages, b.path, b.place))
  ])
