/**
 * Whether stages stand in order, at run time, and whether those that follow from each other fit.
 */
import * as Result from "effect/Result"
import { placeOf, problem, type Reached, spoken } from "../Order.ts"
import type { Issue } from "../PipelineError.ts"
import type { Part, PartOf, Stage } from "../Stage.ts"
import * as Traverse from "../Traverse.ts"

/** The part of a stage of some kind, if its options are in order. */
const partOf = <K extends Part["kind"]>(stage: Stage | undefined, kind: K): PartOf<K> | undefined => {
  const part = stage !== undefined && Result.isSuccess(stage.bound) ? stage.bound.success.part : undefined
  return isOf(part, kind) ? part : undefined
}

const isOf = <K extends Part["kind"]>(part: Part | undefined, kind: K): part is PartOf<K> => part?.kind === kind

const placed = (issue: Issue, place: Issue["path"]): Issue => ({ ...issue, path: [...place, ...issue.path] })

/** An optimizer that searches needs scores that are linear in the parameters, and a loss that can search. */
const checkSearch = (stages: ReadonlyArray<Stage>): ReadonlyArray<Issue> => {
  const at = stages.findIndex((stage) => partOf(stage, "optimizer")?.transform.searches === true)
  if (at < 0) return []
  const { id } = stages[at]!
  const hidden = Traverse.all(stages).find(({ stage }) => stage.kind === "layer" || stage.kind === "block")
  const found = stages.find(({ kind }) => kind === "loss")
  const loss = partOf(found, "loss")?.loss
  return [
    ...(hidden === undefined
      ? []
      : [
          {
            path: hidden.place,
            message: `${id} is for linear models, so ${hidden.stage.id} cannot stand in the network; take it out, or choose Optimizer.sgd or Optimizer.adam`
          }
        ]),
    ...(found === undefined || loss === undefined || (loss._tag === "Explicit" && loss.search !== undefined)
      ? []
      : [
          {
            path: [at],
            message: `${id} needs a loss with an exact line search, and ${found.id} has none; choose Aum.loss, Optimizer.sgd or Optimizer.adam`
          }
        ])
  ]
}

/** The loss and the model must have a kind of target in common. */
const checkTargets = (stages: ReadonlyArray<Stage>): ReadonlyArray<Issue> => {
  const at = stages.findIndex(({ kind }) => kind === "model")
  const lossStage = stages.find(({ kind }) => kind === "loss")
  const loss = partOf(lossStage, "loss")
  const model = partOf(stages[at], "model")?.model
  if (loss === undefined || model === undefined) return []
  if (loss.accepts.some((target) => model.accepts.includes(target))) return []
  return [
    {
      path: [at],
      message: `${lossStage!.id} accepts ${loss.accepts.join(" and ")} targets, ${stages[at]!.id} makes ${model.accepts.join(" and ")} learners; choose another loss or model`
    }
  ]
}

/** Paths name weights and seeds, so no two stages have the same: a branch can be called as a block is. */
const checkPaths = (stages: ReadonlyArray<Stage>): ReadonlyArray<Issue> => {
  const seen = new Set<string>()
  return Traverse.all(stages).flatMap(({ path, place, stage }): ReadonlyArray<Issue> => {
    if (!seen.has(path)) {
      seen.add(path)
      return []
    }
    const branch = path.slice(0, path.lastIndexOf("/"))
    return [
      { path: place, message: `${stage.id}: another stage has the path "${path}" too; rename the branch "${branch}"` }
    ]
  })
}

const checkList = (
  stages: ReadonlyArray<Stage | undefined>,
  begin: Reached,
  place: Issue["path"]
): { readonly issues: ReadonlyArray<Issue>; readonly reached: Reached } => {
  const issues: Array<Issue> = []
  let reached = begin
  let unread = false
  stages.forEach((stage, i) => {
    if (stage === undefined) {
      unread = true
      return
    }
    // A stage that could not be read may be the one that this one needs.
    const wrong = unread ? undefined : problem(reached, placeOf[stage.kind], stage.id)
    unread = false
    if (wrong !== undefined) {
      issues.push({ path: [...place, i], message: wrong.startsWith(stage.id) ? wrong : `${stage.id}: ${wrong}` })
    }
    if (Result.isFailure(stage.bound)) {
      issues.push(...stage.bound.failure.map((issue) => placed(issue, [...place, i])))
    }
    for (const branch of Traverse.written({ stage, path: "", place: [...place, i] })) {
      const inner = checkList(branch.stages, stage.kind === "merge" ? "preprocess" : "layer", branch.place)
      issues.push(...inner.issues)
      if (inner.issues.length === 0) issues.push(...checkBranch(stage, branch, inner.reached))
    }
    reached = stage.kind === "merge" ? "layer" : placeOf[stage.kind]
  })
  return { issues, reached }
}

/** A branch ends where it can be joined: after its ingress or its layers. */
const checkBranch = (stage: Stage, branch: Traverse.Branch, reached: Reached): ReadonlyArray<Issue> => {
  if (branch.stages.length > 0 && (reached === "layer" || reached === "ingress")) return []
  const inside = stage.kind === "merge" ? `branch "${branch.name}"` : "the body"
  const given = branch.stages.length === 0 ? "has no stage" : `ends after the ${spoken[reached]}`
  const end = stage.kind === "merge" ? "an ingress or a layer" : "a layer"
  return [
    {
      path: branch.place,
      message: `${stage.id}: ${inside} ${given}, and what is joined are rows of a network; end it with ${end}`
    }
  ]
}

/**
 * Finds every problem of a list of stages: their own options, their order, two of one path, a loss that does not suit
 * the model or the optimizer. `undefined` stands for a stage that could not be read. With `complete` a list that does not
 * end in a model is a problem.
 */
export const check = (stages: ReadonlyArray<Stage | undefined>, complete: boolean): ReadonlyArray<Issue> => {
  const { issues, reached } = checkList(stages, "preprocess", [])
  const read = stages.filter((stage) => stage !== undefined)
  const all = [...issues, ...checkPaths(read), ...checkTargets(read), ...checkSearch(read)]
  if (!complete || reached === "model" || all.length > 0 || read.length < stages.length) return all
  return [
    {
      path: [],
      message:
        problem(reached, "model", "Model") ?? "Stage not set: model; end the pipeline with Model.classif or Model.regr"
    }
  ]
}
