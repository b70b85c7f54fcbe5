import type {
  AggregatedRow,
  CalibrationCurve,
  ComparisonRow,
  FeatureRow,
  HistoryRow,
  PrecisionRecallCurve,
  ReportModel,
  RocCurves,
  ThresholdCounts,
  TrainSubsets
} from "../src/ReportModel.ts"

/** A generator of numbers in [0, 1) that repeats from its seed (mulberry32). */
const uniform = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export interface SampleOptions {
  readonly seed?: number
  readonly task?: string
  readonly learners?: ReadonlyArray<string>
  readonly subsets?: ReadonlyArray<string>
  readonly folds?: number
  readonly epochs?: number
  readonly downsample?: boolean
}

const hostileNames = ["a\"b'c", "d\\e", "<f>&amp;", "", "constructor", "2024", "null", "ü 中文", "x".repeat(300)]

/** Names that are hard to quote, in every place that has names. */
export const hostile: SampleOptions = {
  subsets: hostileNames,
  learners: ["", ...hostileNames.slice(0, 3)],
  folds: 2,
  epochs: 4
}

const measures = [
  { id: "auc", label: "AUC", direction: "maximise", format: "number", range: [0, 1] },
  { id: "error", label: "error rate", direction: "minimise", format: "percent", range: [0, 1] }
] as const

/** A report as a run would give it: every learner on every test subset and training set, with a failed job and holes. */
export const sampleModel = (options: SampleOptions = {}): ReportModel => {
  const random = uniform(options.seed ?? 1)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const task = options.task ?? "trees"
  const learners = options.learners ?? ["featureless", "elastic-net", "mlp.aum.rate"]
  const subsets = options.subsets ?? ["north", "river", "south"]
  const soak = subsets.length > 1
  const tests = soak ? subsets : ["full"]
  const trains: ReadonlyArray<TrainSubsets> = soak ? ["same", "other", "all"] : ["same"]
  const folds = options.folds ?? 10
  const epochs = options.epochs ?? 80
  const scores: Array<AggregatedRow> = []
  const comparisons: Array<ComparisonRow> = []
  const histories: Array<HistoryRow> = []
  const roc: Array<RocCurves> = []
  const precisionRecall: Array<PrecisionRecallCurve> = []
  const calibration: Array<CalibrationCurve> = []
  const thresholds: Array<ThresholdCounts> = []
  for (const [l, learner] of learners.entries()) {
    for (const [s, testSubset] of tests.entries()) {
      for (const measure of measures) {
        const means = new Map<TrainSubsets, number>()
        for (const [t, trainSubsets] of trains.entries()) {
          const base = { task, learner, testSubset, trainSubsets, measure: measure.id }
          const featureless = l === 0
          const shift = featureless ? 0 : 0.02 * (t === 1 ? -1.6 : t === 2 ? 0.8 : 0) * (s + 1) * 0.7 + normal() * 0.004
          const auc = featureless ? 0.5 : 0.86 + 0.03 * l - 0.04 * s + shift
          const mean = measure.id === "auc" ? auc : featureless ? 0.18 + 0.05 * s : (1 - auc) * 0.9
          const sd = featureless && measure.id === "auc" ? 0 : 0.008 + 0.012 * random()
          means.set(trainSubsets, mean)
          const size = !soak ? 5360 : 180 * (t === 2 ? subsets.length : t === 1 ? subsets.length - 1 : 1)
          const holes = l === 1 && s === 0 && t === 1 && measure.id === "auc" ? 2 : 0
          scores.push({
            ...base,
            size,
            full: true,
            trainRows: 2 * size,
            testRows: 400,
            mean,
            sd,
            n: folds - holes,
            undefinedCount: holes
          })
          if (options.downsample !== false && soak && size > 180) {
            scores.push({
              ...base,
              size: 180,
              full: false,
              trainRows: 360,
              testRows: 400,
              mean: mean - 0.01,
              sd,
              n: folds,
              undefinedCount: 0
            })
          }
        }
        if (!soak) continue
        for (const compare of ["other", "all"] as const) {
          const meanDiff = means.get(compare)! - means.get("same")!
          const p = l === 0 ? null : Math.min(1, Math.exp(-Math.abs(meanDiff) * 260))
          comparisons.push({
            task,
            learner,
            testSubset,
            compare,
            measure: measure.id,
            meanDiff,
            baselineMean: means.get("same")!,
            lower: p === null ? null : meanDiff - 0.03,
            upper: p === null ? null : meanDiff + 0.03,
            compareMean: means.get(compare)!,
            p,
            pHolm: p,
            pNaive: p === null ? null : p / 2,
            verdict:
              p === null
                ? "not testable"
                : p >= 0.05
                  ? "no difference shown"
                  : meanDiff > 0 === (measure.direction === "maximise")
                    ? "better"
                    : "worse",
            unpaired: 0,
            open: 0,
            label: p === null ? "not testable" : p < 0.0001 ? "P < 0.0001" : `P = ${p.toFixed(4)}`,
            family: 12,
            leastEffectSize: 1.9,
            pairs: folds,
            ...(p === null ? { notTestable: "all paired differences are equal" } : {})
          })
        }
      }
      for (const [t, trainSubsets] of trains.entries()) {
        const base = { task, learner, testSubset, trainSubsets }
        const strength = l === 0 ? 0 : 1.2 + 0.5 * l - 0.3 * s - (t === 1 ? 0.5 : 0)
        roc.push({ ...base, ...foldCurves(normal, strength, folds) })
        const cell = { ...base, rows: 400, splits: folds }
        precisionRecall.push({
          ...cell,
          recall: [0.5, 1],
          precision: [0.4 + 0.1 * l, 0.25],
          averagePrecision: 0.33 + 0.05 * l,
          prevalence: 0.25
        })
        if (l > 0) {
          calibration.push({
            ...cell,
            bins: [0.1, 0.4, 0.8].map((predicted) => ({
              predicted,
              observed: predicted + 0.05,
              lower: predicted - 0.04,
              upper: predicted + 0.12,
              rows: 133
            }))
          })
        }
        thresholds.push({
          ...cell,
          positives: 100,
          negatives: 300,
          tp: Array.from({ length: 101 }, (_, i) => 100 - i),
          fp: Array.from({ length: 101 }, (_, i) => Math.round((300 * (100 - i) ** 2) / 10_000))
        })
        if (l === 0) continue
        for (let fold = 0; fold < folds; fold++) {
          const stop = Math.floor(epochs * (0.5 + 0.5 * random()))
          const floor = 0.12 + 0.03 * s + 0.02 * random() + (t === 1 ? 0.05 : 0)
          for (let epoch = 1; epoch <= stop; epoch++) {
            const fall = Math.exp(-epoch / (12 + 6 * l))
            const at = { ...base, fold, epoch, kept: epoch === stop - 1 }
            histories.push({ ...at, series: "train loss", value: floor * 0.8 + 0.5 * fall + 0.004 * normal() })
            histories.push({ ...at, series: "valid loss", value: floor * 1.3 + 0.45 * fall + 0.008 * normal() })
            histories.push({ ...at, series: "valid auc", value: 0.97 - floor - 0.3 * fall + 0.006 * normal() })
          }
        }
      }
    }
  }
  return {
    title: "Trees: may one forest learn from another?",
    tasks: [
      {
        id: task,
        kind: "binary",
        file: "trees.csv",
        rows: 5956,
        features: 21,
        levels: [
          { name: "forest", count: 1312 },
          { name: "no forest", count: 4644 }
        ],
        subsets: soak ? subsets.map((name, i) => ({ name, count: 2000 - 300 * i })) : [],
        roles: { target: ["forest"], subset: soak ? ["region"] : [], stratum: ["forest", "region"], group: ["plot"] },
        dataHash: "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"
      }
    ],
    images: [],
    learners: learners.map((id, i) => ({
      id,
      pipeline:
        i === 0
          ? ["featureless"]
          : ["ingress numeric", "scale standard", "linear 20", "relu", "head", "loss aum (rate)", "sgd (lr 0.1)"]
    })),
    resampling: soak
      ? "Same/Other/All, 10 folds, 1 seed, down to the smallest training set"
      : "10-fold cross-validation",
    measures,
    scores,
    pooled: [],
    comparisons: { rows: comparisons, remarks: ["Tested by the corrected resampled t-test."] },
    learnerComparisons: { rows: [], remarks: [] },
    notes: [],
    jobs: { total: 100, finished: 100 },
    histories,
    roc,
    predictions: { precisionRecall, calibration, thresholds, confusion: [], residuals: [] },
    tunings: [],
    features: learners.slice(1).flatMap((learner) => featuresOf({ task, learner, tests, trains, folds })),
    failures: soak
      ? [
          {
            job: "3f9a0c1b7d52",
            learner: learners.at(-1)!,
            count: 1,
            split: "test south, train other, fold 7",
            message:
              "TrainingDiverged: the loss was NaN in epoch 12; lower the learning rate (0.1) or scale the features"
          }
        ]
      : [],
    provenance: {
      seed: 42,
      versions: { rocflow: "0.1.0", node: "26.10.0", "@tensorflow/tfjs": "4.22.0", effect: "4.1.0" },
      engine: "fused",
      started: "2026-03-14T09:26:53.000Z",
      seconds: 754.3,
      command: "rocflow run experiment.yaml --workers 4"
    }
  }
}

/** Ten terms of falling size; those of odd number are used in all splits but the first test subset's own. */
const featuresOf = ({
  folds,
  learner,
  task,
  tests,
  trains
}: {
  readonly task: string
  readonly learner: string
  readonly tests: ReadonlyArray<string>
  readonly trains: ReadonlyArray<TrainSubsets>
  readonly folds: number
}): ReadonlyArray<FeatureRow> =>
  Array.from({ length: 10 }, (_, j) =>
    tests.flatMap((testSubset, s) =>
      trains.map((trainSubsets): FeatureRow => {
        const unused = j % 2 === 1 && s === 0 && trainSubsets === "same"
        const mean = unused ? 0 : (10 - j) * (j % 3 === 0 ? -0.1 : 0.1)
        return {
          task,
          learner,
          testSubset,
          trainSubsets,
          of: "perSd",
          term: `column ${j}`,
          mean,
          sd: unused ? 0 : 0.05,
          size: Math.abs(mean),
          used: unused ? 0 : folds,
          splits: folds,
          columns: 21
        }
      })
    )
  ).flat()

/** The curves of folds, and one of them in the place of their average. */
const foldCurves = (
  normal: () => number,
  strength: number,
  folds: number
): Pick<RocCurves, "folds" | "average" | "sd" | "auc"> => {
  const curves = Array.from({ length: folds }, () => oneRoc(normal, strength))
  const [{ fpr, tpr }] = curves
  return {
    folds: curves.map(({ fpr, tpr }) => ({ fpr, tpr })),
    average: { fpr, tpr },
    sd: tpr.map((rate) => 0.1 * rate * (1 - rate)),
    auc: curves.reduce((sum, { auc }) => sum + auc, 0) / folds
  }
}

/** The curve of 120 positive and 300 negative normal scores that lie `strength` apart. */
const oneRoc = (normal: () => number, strength: number) => {
  const positives = 120
  const negatives = 300
  const rows = Array.from({ length: positives + negatives }, (_, i) => ({
    positive: i < positives,
    score: strength === 0 ? 0 : normal() + (i < positives ? strength : 0)
  })).sort((a, b) => b.score - a.score)
  const fpr = [0]
  const tpr = [0]
  let auc = 0
  let fp = 0
  let tp = 0
  for (let i = 0; i < rows.length;) {
    const { score } = rows[i]!
    const [fp0, tp0] = [fp, tp]
    for (; i < rows.length && rows[i]!.score === score; i++) {
      if (rows[i]!.positive) tp++
      else fp++
    }
    fpr.push(fp / negatives)
    tpr.push(tp / positives)
    auc += ((fp - fp0) * (tp + tp0)) / (2 * positives * negatives)
  }
  return { fpr, tpr, auc }
}
