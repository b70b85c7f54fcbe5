/**
 * What a report shows: plain rows, without a run, a table or an engine behind them.
 *
 * Everything here is JSON. A number that could not be computed is `null`, never NaN and never a number that somebody
 * chose; the reason stands next to it (`undefinedCount`, `notTestable`).
 */

import type { Verdict } from "@rocflow/resampling/Compare"

/** The training rows of a split, seen from its test subset: its own subset, the other ones, or all of them. */
export type TrainSubsets = "all" | "same" | "other"

/** The order of training sets everywhere: figures, tables, the terminal. It is that of the question. */
export const trainSubsetsOrder: ReadonlyArray<TrainSubsets> = ["same", "other", "all"]

/** Compares rows by their training sets, for a sort that leaves all else as it is. */
export const byTrainSubsets = (
  a: { readonly trainSubsets: TrainSubsets },
  b: { readonly trainSubsets: TrainSubsets }
): number => trainSubsetsOrder.indexOf(a.trainSubsets) - trainSubsetsOrder.indexOf(b.trainSubsets)

/** A name with the number of rows that carry it: a class level or a subset. */
export interface Count {
  readonly name: string
  readonly count: number
}

/** A task as the report shows it. */
export interface TaskSummary {
  readonly id: string
  readonly kind: string
  readonly rows: number
  readonly features: number
  readonly levels: ReadonlyArray<Count>
  readonly subsets: ReadonlyArray<Count>
  /** Columns by role; a long list of feature columns may be left out, `features` counts them. */
  readonly roles: Readonly<Record<string, ReadonlyArray<string>>>
  readonly dataHash: string
  readonly file?: string
}

/** A learner as the report shows it. */
export interface LearnerSummary {
  readonly id: string
  /** The pipeline as text, one line a stage. */
  readonly pipeline: ReadonlyArray<string>
  /** Whether it ignores the features, and is there to be beaten. */
  readonly isBaseline?: boolean
}

/** A measure as the report shows it. */
export interface MeasureSummary {
  readonly id: string
  readonly label: string
  /** Which way is better; undefined where neither is. */
  readonly direction: "maximise" | "minimise" | undefined
  /** `percent` multiplies by 100: a rate of 0.25 is shown as 25%. */
  readonly format: "percent" | "number"
  /** The least and the largest value that it can have; null where there is no bound. */
  readonly range: readonly [low: number | null, high: number | null]
  /** Of a measure in units of the scores, by which learners are not compared. */
  readonly unit?: "score"
}

/** Scores of one learner on one test subset, over all folds and seeds of one kind of split. */
export interface AggregatedRow {
  readonly task: string
  readonly learner: string
  readonly testSubset: string
  readonly trainSubsets: TrainSubsets
  /** Rows, or groups of rows, in the training set. */
  readonly size: number
  /** False for a split whose training set was cut down to a common size. */
  readonly full: boolean
  /** Rows of a training set, on average, and test rows of all splits together. */
  readonly trainRows: number
  readonly testRows: number
  readonly measure: string
  readonly mean: number | null
  /** Standard deviation over `n` splits (divided by n − 1); null below two. */
  readonly sd: number | null
  /** Splits in which the measure is defined. */
  readonly n: number
  /** Splits in which it is not, for instance AUC without a positive row. */
  readonly undefinedCount: number
}

/** A tested difference, compare − baseline: positive is better for AUC and worse for an error. */
interface ContrastRow {
  readonly task: string
  readonly testSubset: string
  readonly measure: string
  readonly meanDiff: number | null
  /** The 95 % interval of the difference, of the corrected resampled t-test. */
  readonly lower: number | null
  readonly upper: number | null
  readonly baselineMean: number | null
  readonly compareMean: number | null
  /** P of the corrected resampled t-test, which allows for folds that share training rows. */
  readonly p: number | null
  /** The same, adjusted for the number of tests by Holm's method. */
  readonly pHolm: number | null
  /** P of the paired t-test that takes folds for independent. */
  readonly pNaive: number | null
  /** Of `pHolm`: `P = 0.1234` or `P < 0.0001`. */
  readonly label: string
  readonly verdict: Verdict
  /** How many tests `pHolm` is adjusted for, and the effect size that the clearest of them must have to be shown. */
  readonly family: number
  readonly leastEffectSize: number | null
  readonly pairs: number
  /** Test sets without a pair: with an undefined score, and with a job that is not finished. */
  readonly unpaired: number
  readonly open: number
  /** Why there is no p-value. */
  readonly notTestable?: string
}

/** Another training set against the test subset's own one. */
export interface ComparisonRow extends ContrastRow {
  readonly learner: string
  readonly compare: "other" | "all"
}

/** A learner against another one, on the same splits. */
export interface LearnerComparisonRow extends ContrastRow {
  readonly learner: string
  readonly baseline: string
  readonly trainSubsets: TrainSubsets
  /** Whether it is over all test subsets. */
  readonly overall: boolean
}

/** Tests, and what has to be said below their tables. */
export interface Comparisons<Row> {
  readonly rows: ReadonlyArray<Row>
  readonly remarks: ReadonlyArray<string>
}

/** One point of a learning curve. `series` is the part and the quantity: `train loss`, `valid auc`. */
export interface HistoryRow {
  readonly task: string
  readonly learner: string
  readonly testSubset: string
  readonly trainSubsets: TrainSubsets
  /** A number of its own for every split: folds of different seeds must not share one. */
  readonly fold: number
  readonly epoch: number
  readonly series: string
  readonly value: number
  /** Whether the weights of this epoch are those of the model, in a training that was validated. */
  readonly kept: boolean
}

/** A configuration that was tried in a tuning. */
export interface TriedRow {
  /** Values by the names of what is tuned. */
  readonly values: Readonly<Record<string, string | number>>
  /** None where it failed, or its measure is undefined. */
  readonly score: number | null
  /** Epochs that were trained for it; absent where they are not tuned. */
  readonly trained?: number
}

/** What a learner that tunes itself tried on the training rows of a split, and what it chose. */
export interface TuningRow {
  readonly task: string
  readonly learner: string
  readonly testSubset: string
  readonly trainSubsets: TrainSubsets
  readonly fold: number
  /** The measure of the inner splits, and which way is better. */
  readonly measure: string
  readonly direction: "maximise" | "minimise"
  readonly values: Readonly<Record<string, string | number>>
  readonly epochs?: number
  /** The best inner score, and the score of the main measure on the test rows. */
  readonly inner: number
  readonly outer: number | null
  readonly tried: ReadonlyArray<TriedRow>
}

/** The rates of a ROC curve; `fpr` and `tpr` never decrease and run up to 1. */
export interface Rates {
  readonly fpr: ReadonlyArray<number>
  readonly tpr: ReadonlyArray<number>
}

/** The ROC curves of a learner: one a fold, and their vertical average. */
export interface RocCurves {
  readonly task: string
  readonly learner: string
  readonly testSubset: string
  readonly trainSubsets: TrainSubsets
  readonly folds: ReadonlyArray<Rates>
  readonly average: Rates
  /** The standard deviation of the TPR over folds at each FPR of the average; none for one fold. */
  readonly sd?: ReadonlyArray<number>
  /** The mean over folds. */
  readonly auc: number
}

/** What a learner predicted for the test rows of one subset, trained on one kind of training set, in all splits together. */
export interface PredictedCell {
  readonly task: string
  readonly learner: string
  readonly testSubset: string
  readonly trainSubsets: TrainSubsets
  readonly rows: number
  readonly splits: number
}

/** The mean over folds of the precision at each recall, a step curve whose area is the mean average precision. */
export interface PrecisionRecallCurve extends PredictedCell {
  readonly recall: ReadonlyArray<number>
  readonly precision: ReadonlyArray<number>
  readonly averagePrecision: number
  /** The share of positive rows, which a learner without a clue has as its precision. */
  readonly prevalence: number
}

/** Test rows of similar predicted probability, and the share of them that is positive with its 95 % Wilson interval. */
export interface CalibrationBin {
  readonly predicted: number
  readonly observed: number
  readonly lower: number
  readonly upper: number
  readonly rows: number
}

/** Predicted probabilities against what came true. */
export interface CalibrationCurve extends PredictedCell {
  readonly bins: ReadonlyArray<CalibrationBin>
}

/** How many rows are called positive, rightly and wrongly, where their probability is at least 0, 0.01, …, 1. */
export interface ThresholdCounts extends PredictedCell {
  readonly positives: number
  readonly negatives: number
  readonly tp: ReadonlyArray<number>
  readonly fp: ReadonlyArray<number>
}

/** How many rows of each class (outer) were called each class (inner), in the order of the levels. */
export interface ConfusionCounts extends PredictedCell {
  readonly counts: ReadonlyArray<ReadonlyArray<number>>
}

/** Predicted numbers, and how far the truth is above them; of many rows some, evenly spread. */
export interface Residuals extends PredictedCell {
  readonly fitted: ReadonlyArray<number>
  readonly residual: ReadonlyArray<number>
}

/** What is drawn of predictions, of full training sets. */
export interface Predictions {
  readonly precisionRecall: ReadonlyArray<PrecisionRecallCurve>
  readonly calibration: ReadonlyArray<CalibrationCurve>
  readonly thresholds: ReadonlyArray<ThresholdCounts>
  readonly confusion: ReadonlyArray<ConfusionCounts>
  readonly residuals: ReadonlyArray<Residuals>
}

/** A measure over the pooled test rows of all splits of a cell. */
export interface PooledRow {
  readonly task: string
  readonly learner: string
  readonly testSubset: string
  readonly trainSubsets: TrainSubsets
  readonly size: number
  readonly label: string
  readonly value: number | null
  readonly rows: number
  readonly splits: number
}

/** One example image of each class in each subset, of a column of a task; see `Examples` of core. */
export interface ImageGrid {
  readonly task: string
  readonly column: string
  readonly levels: ReadonlyArray<string>
  /** One empty name for a task without subsets. */
  readonly subsets: ReadonlyArray<string>
  /** A PNG in base64 of at most 64 × 64 pixels. */
  readonly images: ReadonlyArray<{ readonly level: string; readonly subset: string; readonly png: string }>
  /** How many levels and subsets are not shown. */
  readonly more: { readonly levels: number; readonly subsets: number }
}

/** What the models of a cell say of a column that reaches them, over their splits. */
export interface FeatureRow {
  readonly task: string
  readonly learner: string
  readonly testSubset: string
  readonly trainSubsets: TrainSubsets
  /**
   * What is told: coefficients by standard deviation of the column, or by its unit where models do not know that; or the share of
   * the column in the gain of all splits of trees.
   */
  readonly of: "perSd" | "perUnit" | "share"
  /** The column, and of several classes that whose score it adds to. */
  readonly term: string
  readonly level?: string
  /** The mean over splits, with 0 where a model did not use it, and the standard deviation; null of one split. */
  readonly mean: number
  readonly sd: number | null
  /** The mean of absolute values. */
  readonly size: number
  /** The models that use it, of how many. */
  readonly used: number
  readonly splits: number
  /** Columns that a model has on average. */
  readonly columns: number
}

/** Jobs that failed with one message, and how many. */
export interface FailureRow {
  readonly learner: string
  /** The first of the jobs, and its split in words: `test north, train all, fold 3`. */
  readonly job: string
  readonly split: string
  readonly message: string
  readonly count: number
}

/** How the numbers were made. Nothing here names a machine or a person. */
export interface Provenance {
  readonly seed: number | string
  readonly versions: Readonly<Record<string, string>>
  readonly engine: string
  readonly started: string
  readonly seconds: number
  readonly command: string
}

/** Everything a report shows. The first measure is the main one, of which the answers in words are. */
export interface ReportModel {
  readonly title: string
  readonly tasks: ReadonlyArray<TaskSummary>
  readonly images: ReadonlyArray<ImageGrid>
  readonly learners: ReadonlyArray<LearnerSummary>
  readonly resampling: string
  readonly measures: ReadonlyArray<MeasureSummary>
  readonly scores: ReadonlyArray<AggregatedRow>
  readonly pooled: ReadonlyArray<PooledRow>
  readonly comparisons: Comparisons<ComparisonRow>
  readonly learnerComparisons: Comparisons<LearnerComparisonRow>
  readonly histories: ReadonlyArray<HistoryRow>
  readonly roc: ReadonlyArray<RocCurves>
  readonly predictions: Predictions
  readonly tunings: ReadonlyArray<TuningRow>
  /** Of each learner that says something of its features the terms that matter most, the first ones first. */
  readonly features: ReadonlyArray<FeatureRow>
  readonly failures: ReadonlyArray<FailureRow>
  /** What is legal but probably not meant, of the data, the learners and the splits, in sentences. */
  readonly notes: ReadonlyArray<string>
  readonly jobs: { readonly total: number; readonly finished: number }
  readonly provenance: Provenance
}
