/**
 * Losses × learning rates × seeds on seven unbalanced tables, by a linear model and by a small network.
 *
 * `npx node examples/losses/main.ts` takes two or three minutes and writes `results.csv` and `auc.svg`; README.md tells the
 * story.
 */
import {
  Auto,
  Ingress,
  Learner,
  Measure,
  Model,
  Nn,
  Optimizer,
  Preprocess,
  Seed,
  Targets,
  Validation
} from "@rocflow/core"
import { AllPairs, Aucm, Aum, AveragePrecision, Bce, BinaryScores, Focal, PartialAuc, Roc } from "@rocflow/losses"
import * as Effect from "effect/Effect"
import { writeFileSync } from "node:fs"
import { draw } from "./figure.ts"
import { render } from "./render.ts"
import { type Cell, mean, toCsv } from "./results.ts"
import * as Tables from "./tables.ts"

// ----------------------------------------------------------------------------------------------------------- losses

/** A loss of binary tasks, ready to stand in a pipeline. */
type LossStage = ReturnType<typeof Bce.loss>

const losses = {
  BCE: Bce.loss(),
  balanced: Bce.loss({ posWeight: 9 }),
  focal: Focal.loss({ alpha: 0.75 }),
  "AUM 0": Aum.loss({ margin: 0 }),
  "AUM 1": Aum.loss({ margin: 1 }),
  pairs: AllPairs.squaredHinge(),
  AUCM: Aucm.loss(),
  partial: PartialAuc.cvar({ maxFpr: 0.2 }),
  precision: AveragePrecision.loss()
}

// --------------------------------------------------------------------------------------------------------- networks

const networks = {
  linear: Preprocess.standardise().pipe(Ingress.numeric(), Nn.head()),
  hidden: Preprocess.standardise().pipe(Ingress.numeric(), Nn.linear(20), Nn.relu(), Nn.head())
}

const training = Model.classif({
  epochs: 300,
  batchSize: "all",
  validation: Validation.holdout(0.3, { measures: [Measure.auc], patience: 50, restoreBest: true })
})

// ---------------------------------------------------------------------------------------------------------- program

/** What is tried: everything with everything. */
export interface Plan {
  readonly tables: ReadonlyArray<Tables.TableName>
  readonly networks: ReadonlyArray<keyof typeof networks>
  readonly losses: ReadonlyArray<keyof typeof losses>
  readonly rates: ReadonlyArray<number>
  readonly seeds: ReadonlyArray<number>
}

export const full: Plan = {
  tables: Tables.names,
  networks: ["linear", "hidden"],
  losses: Object.keys(losses) as ReadonlyArray<keyof typeof losses>,
  rates: [0.001, 0.01, 0.1, 1],
  seeds: [1, 2, 3, 4, 5]
}

const testRows = 4000

const numberOf = (value: Measure.Measured | undefined): number => (typeof value === "number" ? value : Number.NaN)

/** Trains once, and measures on the test rows. */
const learn = Effect.fnUntraced(function* (
  train: Tables.Made,
  test: Tables.Made,
  {
    loss,
    network,
    rate,
    seed,
    table
  }: Pick<Cell, "table" | "rate" | "seed"> & {
    readonly loss: keyof typeof losses
    readonly network: keyof typeof networks
  }
) {
  const stage: LossStage = losses[loss]
  const learner = networks[network].pipe(stage, Optimizer.adam({ learningRate: rate }), training)
  const trained = yield* Learner.train(learner, train, { seed })
  const { scores = [] } = yield* Learner.predict(trained, test)
  const judged = yield* BinaryScores.make({ labels: Targets.toNumbers("binary", test.target), scores })
  const aucs = trained.fitted.outcome!.history.slice(10).map(({ valid }) => numberOf(valid["auc"]))
  return {
    table,
    network,
    loss,
    rate,
    seed,
    auc: numberOf(Roc.auc(judged)),
    partial: numberOf(Roc.partialAuc(judged, { maxFpr: 0.1 })),
    precision: numberOf(Roc.averagePrecision(judged)),
    valid: trained.fitted.outcome!.best?.score ?? Number.NaN,
    change: mean(aucs.slice(1).map((auc, i) => Math.abs(auc - (aucs[i] ?? auc))))
  }
})

/** Trains everything with everything. The losses of a table and seed have the same rows, held out ones too. */
export const program = Effect.fnUntraced(function* (plan: Plan) {
  const cells: Array<Cell> = []
  for (const table of plan.tables) {
    for (const seed of plan.seeds) {
      const root = Seed.derive(Seed.root(seed), table)
      const train = yield* Tables.make(table, Seed.derive(root, "train"))
      const test = yield* Tables.make(table, Seed.derive(root, "test"), testRows)
      for (const network of plan.networks) {
        for (const loss of plan.losses) {
          for (const rate of plan.rates) cells.push(yield* learn(train, test, { table, network, loss, rate, seed }))
        }
      }
    }
  }
  return cells
})

if (import.meta.main) {
  const cells = await Effect.runPromise(program(full).pipe(Effect.provide(Auto.layer())))
  writeFileSync(new URL("results.csv", import.meta.url), toCsv(cells))
  writeFileSync(new URL("auc.svg", import.meta.url), await draw(cells))
  console.log(render(cells))
}
