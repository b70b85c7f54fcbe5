/**
 * Linear models with the elastic net penalty, as R's glmnet fits them: least squares for a number, logistic for two
 * classes, softmax for several.
 *
 * @example
 * ElasticNet.cv() // the lasso, its penalty chosen by 10-fold cross-validation within the training rows
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Note from "@rocflow/core/data/Note"
import * as Targets from "@rocflow/core/data/Targets"
import type { Task } from "@rocflow/core/data/Task"
import type { Rows } from "@rocflow/core/data/TaskSchema"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Moments from "@rocflow/core/Moments"
import * as Prediction from "@rocflow/core/learning/Prediction"
import { outputsOf, scaleOfScores, type Shap } from "@rocflow/core/learning/Shap"
import {
  count,
  nonNegative,
  optional,
  positive,
  proportion,
  required,
  share,
  withDefault
} from "@rocflow/core/OptionSchema"
import * as Features from "@rocflow/core/pipeline/Features"
import { type PipelineError } from "@rocflow/core/pipeline/PipelineError"
import * as Seed from "@rocflow/core/Seed"
import { cvElasticNet, whyNoCvElasticNet } from "./internal/elasticNet/crossValidated.ts"
import { type Coefficients, coefficientsAt, elasticNet, linearPredictors } from "./internal/elasticNet/elasticNet.ts"
import { lambdaSequence } from "./internal/elasticNet/path.ts"
import { type ElasticNetProblem, whyNoElasticNet } from "./internal/elasticNet/problem.ts"
import * as InnerFolds from "./internal/innerFolds.ts"
import { firstTooLarge, numericMatrix, type Refused } from "./internal/featureMatrix.ts"

const id = "ElasticNet"

const common = {
  alpha: withDefault(proportion, 1, "The mix of penalties: 1 is the lasso, 0 ridge"),
  nlambda: withDefault(count(1, 10_000, "each has coefficients of its own"), 100, "Penalties on the path"),
  standardize: withDefault(Schema.Boolean, true, "Whether columns are scaled to one standard deviation"),
  intercept: withDefault(Schema.Boolean, true, "Whether there is an intercept"),
  thresh: withDefault(positive, 1e-7, "The change of the objective below which a fit ends"),
  maxit: withDefault(count(1), 100_000, "The most passes over the coefficients, of all penalties together")
}

const Options = Schema.Struct({ lambda: required(nonNegative, "The penalty of the coefficients", 0.1), ...common })

const CvOptions = Schema.Struct({
  folds: withDefault(InnerFolds.Option, 10, "Folds of the training rows, or role for those of the fold role"),
  measure: withDefault(
    Schema.Literals(["deviance", "mse", "class"]),
    "deviance",
    "What the penalty is chosen by, on held-out rows"
  ),
  lambda: withDefault(
    Schema.Literals(["lambda.1se", "lambda.min"]),
    "lambda.1se",
    "The best penalty, or the largest within one standard error of it"
  ),
  lambdaMinRatio: optional(
    share,
    "The least penalty of the path, as a share of the greatest; default 1e-4, or 1e-2 with fewer rows than columns",
    0.001
  ),
  ...common
})

const numbers = Schema.Array(Schema.Finite)

const model = {
  /** The penalty of the coefficients, and how many penalties were fitted on the way to it and beyond. */
  lambda: Schema.Finite,
  pathLength: Schema.Int,
  /** One number, of the positive class if there are classes; of several classes one a level. */
  intercepts: numbers,
  /** In the units of the columns: one number a column, or one a level. */
  coefficients: Schema.Array(Schema.Struct({ column: Schema.String, values: numbers })),
  /** The weighted mean and standard deviation of each column in the training rows; models of before lack the second. */
  means: numbers,
  sds: Schema.optionalKey(numbers)
}

/** What it learned, as plain JSON: the schema of its state, for whoever writes it in another form. @category schemas */
export const State = Schema.Struct(model)

const CvState = Schema.Struct({
  ...model,
  lambdaMin: Schema.Finite,
  lambda1se: Schema.Finite,
  /** Whether the path reached its last penalty, or nothing was left to explain, before `maxit` ended it. */
  complete: Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(true))),
  /** The cross-validated error, and the standard error of it, at every penalty of the path. */
  curve: Schema.Struct({ measure: Schema.String, lambda: numbers, cvm: numbers, cvsd: numbers })
})

/** How far below the largest penalty the path to a penalty of nearly 0 goes before its last step. */
const smallestRatio = 1e-6

/** The weight of each class code in the rows of a problem that `isIn`. */
const classWeights = (problem: ElasticNetProblem, classes: number, isIn: (row: number) => boolean): Float64Array => {
  const total = new Float64Array(classes)
  for (let i = 0; i < problem.n; i++) if (isIn(i)) total[problem.y[i]!]! += problem.weights?.[i] ?? 1
  return total
}

/** The level of a class of the problem: binary 1 is the positive one, which is the first level. */
const levelOf = ({ kind, levels }: Task, code: number): string =>
  levels[Targets.toNumbers(kind, Float64Array.of(code))[0]!]!

const problemOf = (
  task: Task
): Result.Result<{ readonly names: ReadonlyArray<string>; readonly problem: ElasticNetProblem }, Refused> =>
  Result.flatMap(
    numericMatrix(id, Features.fromTask(task)),
    ({ names, n, p, x }): Result.Result<{ names: ReadonlyArray<string>; problem: ElasticNetProblem }, Refused> => {
      const classes = task.levels.length
      const family = task.kind === "binary" ? "binomial" : task.kind === "multiclass" ? "multinomial" : "gaussian"
      const problem: ElasticNetProblem = {
        family,
        n,
        p,
        x,
        y: Targets.toNumbers(task.kind, task.target),
        weights: task.weights,
        classes
      }
      const empty = classes === 0 ? -1 : classWeights(problem, classes, () => true).indexOf(0)
      if (empty >= 0) {
        return Features.fail(
          id,
          `no training row of class "${levelOf(task, empty)}" has weight, so its probability has no best value; spread the classes over the training sets by the role stratum, or leave the level out`
        )
      }
      const large = firstTooLarge(task.target, n)
      const reason =
        large < 0
          ? whyNoElasticNet(problem)
          : `the target is ${task.target[large]} in row ${large}, which is too large to be squared`
      return reason === undefined
        ? Result.succeed({ names, problem })
        : Features.fail(id, `${reason}, so nothing can be learned; give it other training rows, or use Featureless`)
    }
  )

/** The columns stand one behind the other. */
const momentsOf = ({ n, p, weights, x }: ElasticNetProblem): Pick<typeof State.Type, "means" | "sds"> => {
  const moments = Array.from({ length: p }, (_, j) => Moments.of(x.subarray(j * n, (j + 1) * n), weights))
  return { means: moments.map(({ mean }) => mean), sds: moments.map(({ sd }) => sd) }
}

const stateOf = (
  names: ReadonlyArray<string>,
  problem: ElasticNetProblem,
  { a0, beta, p, predictors }: Coefficients,
  lambda: number,
  pathLength: number
): typeof State.Type => ({
  lambda,
  pathLength,
  intercepts: Array.from(a0),
  coefficients: names.map((column, j) => ({
    column,
    values: Array.from({ length: predictors }, (_, k) => beta[k * p + j]!)
  })),
  ...momentsOf(problem)
})

const train = (options: typeof Options.Type, task: Task): Result.Result<typeof State.Type, Refused> =>
  Result.flatMap(problemOf(task), ({ names, problem }): Result.Result<typeof State.Type, Refused> => {
    const { lambda, nlambda, ...rest } = options
    const largest = elasticNet(problem, { ...rest, nlambda: 1 }).lambda[0]!
    // Warm starts down to the penalty, whose own fit is then exact and not interpolated.
    const path =
      lambda < largest
        ? lambdaSequence(largest, nlambda, Math.max(lambda / largest, smallestRatio))
        : new Float64Array(0)
    const fit = elasticNet(problem, { ...rest, lambda: [...path.filter((value) => value > lambda), lambda] })
    return fit.complete
      ? Result.succeed(stateOf(names, problem, coefficientsAt(fit, lambda), lambda, fit.lambda.length))
      : Features.fail(
          id,
          `${options.maxit} sweeps did not reach lambda ${lambda} (the last was ${fit.lambda.at(-1) ?? "none"}); choose a larger lambda, or raise maxit`
        )
  })

const checkMeasure = (options: typeof CvOptions.Type, task: Task): Result.Result<void, PipelineError> =>
  task.kind === "regression" && options.measure === "class"
    ? Features.fail(id, 'measure "class" is for classes, and the target is a number; use "deviance" or "mse"')
    : Result.succeed(undefined)

/** Says which class has all its rows in one fold, without which nothing is known of it. */
const onlyInFold = (task: Task, problem: ElasticNetProblem, foldId: Int32Array): string | undefined => {
  const classes = task.levels.length
  if (classes === 0) return undefined
  for (const fold of new Set(foldId)) {
    const empty = classWeights(problem, classes, (row) => foldId[row] !== fold).indexOf(0)
    if (empty >= 0) {
      return `all training rows of class "${levelOf(task, empty)}" fell into one of the folds that choose lambda, so that the others know nothing of it; give it more rows of that class, or choose lambda yourself by ElasticNet.make`
    }
  }
  return undefined
}

const trainCv = (
  options: typeof CvOptions.Type,
  task: Task,
  seed: Seed.Seed
): Result.Result<typeof CvState.Type, Refused> =>
  Result.flatMap(
    Result.flatMap(checkMeasure(options, task), () => problemOf(task)),
    ({ names, problem }): Result.Result<typeof CvState.Type, Refused> => {
      const { folds, measure, lambda: rule, ...rest } = options
      const dealt = InnerFolds.innerFolds(task, folds, Seed.derive(seed, "folds"))
      if (Result.isFailure(dealt)) return Features.fail(id, dealt.failure.message)
      const foldId = dealt.success
      const lost = onlyInFold(task, problem, foldId)
      if (lost !== undefined) return Features.fail(id, lost)
      const reason = whyNoCvElasticNet(problem, foldId, measure)
      if (reason !== undefined) {
        return Features.fail(id, `${reason}; give it more training rows, or choose lambda yourself by ElasticNet.make`)
      }
      const { fit, cvm, cvsd, lambda1se, lambdaMin } = cvElasticNet(problem, foldId, rest, measure)
      const lambda = rule === "lambda.1se" ? lambda1se : lambdaMin
      return Result.succeed({
        ...stateOf(names, problem, coefficientsAt(fit, lambda), lambda, fit.lambda.length),
        lambdaMin,
        lambda1se,
        complete: fit.complete,
        curve: { measure, lambda: Array.from(fit.lambda), cvm: Array.from(cvm), cvsd: Array.from(cvsd) }
      })
    }
  )

const predict = (state: typeof State.Type, rows: Rows): Result.Result<Prediction.Prediction, Refused> => {
  const columns = state.coefficients.map(({ column }) => column)
  return Result.map(numericMatrix(id, rows, columns), ({ n, p, x }) => {
    const predictors = state.intercepts.length
    const beta = new Float64Array(predictors * p)
    state.coefficients.forEach(({ values }, j) => values.forEach((value, k) => (beta[k * p + j] = value)))
    const byPredictor = linearPredictors({ predictors, p, a0: Float64Array.from(state.intercepts), beta }, x, n)
    const outputs = new Float64Array(n * predictors)
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < predictors; k++) outputs[i * predictors + k] = byPredictor[k * n + i]!
    }
    return Prediction.fromOutputs(rows, outputs, "prob")
  })
}

const shap = ({ coefficients, intercepts, means }: typeof State.Type, rows: Rows): Result.Result<Shap, Refused> => {
  const columns = coefficients.map(({ column }) => column)
  return Result.map(numericMatrix(id, rows, columns), ({ n, p, x }) => {
    const outputs = intercepts.length
    const base = Float64Array.from(intercepts)
    const values = new Float64Array(n * p * outputs)
    coefficients.forEach(({ values: own }, j) => {
      for (let k = 0; k < outputs; k++) {
        base[k]! += own[k]! * means[j]!
        for (let i = 0; i < n; i++) values[(i * p + j) * outputs + k] = own[k]! * (x[j * n + i]! - means[j]!)
      }
    })
    const { schema } = rows
    return { scale: scaleOfScores(schema.kind), outputs: outputsOf(schema), features: columns, rows: n, base, values }
  })
}

/** The intercept first, then the columns in their order. */
const coefficients = (
  { coefficients: columns, intercepts, sds }: typeof State.Type,
  { kind, levels }: Pick<Task, "kind" | "levels">
) =>
  [{ column: Learner.intercept, values: intercepts }, ...columns].flatMap(({ column, values }, j) =>
    values.map((value, k) => ({
      column,
      level: kind === "regression" ? undefined : levels[k]!,
      value,
      perSd: j === 0 || sds === undefined ? undefined : value * sds[j - 1]!
    }))
  )

const given = Learner.define({
  id,
  summary: "A linear model with the elastic net penalty lambda (as glmnet)",
  accepts: ["binary", "multiclass", "regression"],
  weighted: true,
  takes: { anyScale: true },
  options: Options,
  state: State,
  check: (_, task) => problemOf(task),
  train,
  predict: (_, state, rows) => predict(state, rows),
  shap: (_, state, rows) => shap(state, rows),
  coefficients
})

/** What is said of a path that did not come to its end. */
const stopped = ({ maxit, nlambda }: typeof CvOptions.Type, { complete, pathLength }: typeof CvState.Type) =>
  complete
    ? []
    : [
        Note.make({
          code: "solver-stopped",
          finding: `the path of penalties ended after ${pathLength} of ${nlambda}, since its ${maxit} sweeps (maxit) were used up; smaller penalties were not tried`,
          advice: "Raise maxit or thresh, or leave out columns that say the same."
        })
      ]

/** What is said of a penalty that leaves nothing but the intercept where a smaller one has a smaller error. */
const constant = ({ lambda }: typeof CvOptions.Type, { coefficients, lambda1se, lambdaMin }: typeof CvState.Type) =>
  lambda === "lambda.1se" &&
  lambda1se > lambdaMin &&
  coefficients.every(({ values }) => values.every((value) => value === 0))
    ? [
        Note.make({
          code: "constant-model",
          finding: "no coefficient is left at lambda.1se, so that all rows get one prediction",
          advice: "Give lambda: lambda.min, the penalty of the least cross-validated error."
        })
      ]
    : []

const chosen = Learner.define({
  id: "ElasticNet.cv",
  summary: "A linear model whose elastic net penalty is chosen by cross-validation (as cv.glmnet)",
  accepts: ["binary", "multiclass", "regression"],
  weighted: true,
  takes: { anyScale: true },
  options: CvOptions,
  state: CvState,
  check: (options, task) => Result.flatMap(checkMeasure(options, task), () => problemOf(task)),
  train: trainCv,
  predict: (_, state, rows) => predict(state, rows),
  shap: (_, state, rows) => shap(state, rows),
  coefficients,
  notes: (options, _, state) => (state === undefined ? [] : [...stopped(options, state), ...constant(options, state)])
})

/** `ElasticNet` as a definition, for registries. @category definitions */
export const definition = given.definition

/** `ElasticNet.cv` as a definition, for registries. @category definitions */
export const cvDefinition = chosen.definition

/**
 * Makes a linear model with a given penalty. With weights `w`, scores `η = b₀ + x b` and `ℓ` the squared error halved,
 * or the negative log-likelihood of the logistic or softmax model, it minimises
 *
 *   (1/Σw) Σ_i w_i ℓ(y_i, η_i) + λ Σ_j (α |b_j| + ½ (1 − α) b_j²)
 *
 * over columns in units of their standard deviation, on a path of penalties that ends at `lambda`, whose fit is exact.
 * Of a number, `y` too is in units of its standard deviation `s` when it comes to ridge, as in glmnet: in the units given,
 * the ridge term is `½ (1 − α) b_j² / s`.
 *
 * - `lambda`, at least 0; 0 is no penalty. `alpha` in [0, 1], default 1: 1 is the lasso, 0 is ridge.
 * - `standardize`, default true; the coefficients of the model are in the units of the columns all the same.
 *   `intercept`, default true; it is not penalised.
 * - `nlambda`, default 100: the steps of the path. `thresh`, default 1e-7, and `maxit`, default 100 000 sweeps: when
 *   descent ends, and when it gives up.
 *
 * Predictions are probabilities, or the number; a binary one has the scores `η` of the positive class, which is predicted
 * from 0 on. Row weights are used. Features are numeric, integer or boolean.
 *
 * Errors: `MissingValues`; `PipelineError` for text and factor columns (encode them by `Learner.preprocessed`), values
 * that are not finite, no features, a class without rows, a number that is the same in all rows, and `maxit` reached.
 *
 * @example
 * const learner = ElasticNet.make({ lambda: 0.1, alpha: 0.5 })
 * learner.json // => { type: "ElasticNet", lambda: 0.1, alpha: 0.5 }
 * @see Friedman, Hastie, Tibshirani (2010), Regularization paths for generalized linear models via coordinate descent,
 *   Journal of Statistical Software 33(1).
 * @category constructors
 */
export const make = (options: typeof Options.Encoded) => given.make(options)

/**
 * Makes the linear model of `make` with a penalty that cross-validation within the training rows chooses, as glmnet's
 * `cv.glmnet` does: of the path of all training rows, `lambda.min` has the least error in the rows left out, and
 * `lambda.1se` (the default) is the largest whose error is within one standard error of it.
 *
 * - `folds`, default 10, at least 2. Rows are dealt to folds at random, by the seed of training, evenly from each stratum
 *   (without a stratum role from each class; glmnet itself does not look at classes). The rows of a group, and the copies
 *   of a row, stay together; then strata are as even as groups allow, and every fold has rows of every subset where it can.
 *   With fewer rows or groups than folds each is a fold. `"role"`: the folds of the fold role, as glmnet's `foldid`.
 * - `measure`: `"deviance"` (default: −2 log p of the true class, or the squared error), `"mse"` (of classes the Brier
 *   score), or `"class"` (the share misclassified).
 * - `nlambda`, default 100; `lambdaMinRatio`, default 1e-4, or 1e-2 with fewer rows than columns: the smallest penalty of
 *   the path as a share of the largest. The path ends early once nothing is left to explain, as
 *   in glmnet, or `maxit` is used up.
 *
 * Errors: those of `make`, except that `maxit` is none; `PipelineError` when all rows of a class fall into one fold, and
 * for `"class"` of a number. The model has the path's `curve`: `lambda`, `cvm` and `cvsd`.
 *
 * *Gotcha*: `lambda.1se` may choose the largest penalty of all, whose coefficients are 0: the model is then Featureless.
 *
 * @example
 * const learner = ElasticNet.cv({ alpha: 0.5, lambda: "lambda.min" })
 * learner.json // => { type: "ElasticNet.cv", alpha: 0.5, lambda: "lambda.min" }
 * @see https://glmnet.stanford.edu/reference/cv.glmnet.html
 * @category constructors
 */
export const cv = (options: typeof CvOptions.Encoded = {}) => chosen.make(options)
