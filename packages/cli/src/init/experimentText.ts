/**
 * Writes a first experiment: what was guessed with the reasons, learners and measures that suit the classes, and what could
 * stand there instead.
 */
import type { Guess, Guessed } from "./guess.ts"

/** What the experiment is about. @category models */
export interface Subject {
  /** The data file, as the experiment names it. */
  readonly file: string
  readonly target: string
  /** The schema for editors, as the experiment names it. */
  readonly schema: string
  /** How the file is read, by the keys of a task. */
  readonly reading: Readonly<Record<string, unknown>>
  readonly rows: number
  readonly guessed: Guessed
}

/** A value as YAML in one line; what could be read otherwise than as text is quoted. */
const yaml = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(yaml).join(", ")}]`
  if (typeof value !== "string") return String(value)
  const plain = /^[A-Za-z_][\w./-]*$/.test(value) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(value)
  return plain ? value : JSON.stringify(value)
}

/** A class level as it is in the data: a number, a truth value, a word. */
const level = (name: string): string =>
  name === "true" || name === "false" || String(Number(name)) === name ? name : yaml(name)

const width = 34
/** A line with a comment behind it. */
const line = (text: string, why: string): string => `${text.padEnd(width)} # ${why}`

const percent = (count: number, rows: number): string => `${((100 * count) / rows).toPrecision(2)} %`

const taken = (guessed: Guessed, role: Guess["role"]): ReadonlyArray<Guess> =>
  guessed.columns.filter((guess) => guess.role === role && guess.taken)

/** At most so many are proposed of a kind. */
const proposed = 3

const targetLines = ({ guessed, rows, target }: Subject): ReadonlyArray<string> => {
  const { classes, kind, missing, positive, why } = guessed
  const known = rows - missing
  const counts = classes
    .slice(0, 4)
    .map(({ count, name }) => `${name} ${count}`)
    .concat(classes.length > 4 ? [`${classes.length - 4} more`] : [])
    .join(", ")
  return [
    line(`    target: ${yaml(target)}`, kind === "binary" ? counts : `${why}${counts === "" ? "" : `: ${counts}`}`),
    ...(positive === undefined
      ? [line(`    kind: ${kind}`, `or ${kind === "regression" ? "multiclass" : "regression"}, where it is numbers`)]
      : [
          line(
            `    positive: ${level(classes[0]!.name)}`,
            `${positive}: ${percent(classes[0]!.count, known)} of the rows; the other is ${classes[1]!.name}`
          )
        ]),
    ...(missing === 0 ? [] : [line("    dropMissing: [target]", `${missing} rows have no target`)])
  ]
}

const roleLines = ({ guessed, target }: Subject): ReadonlyArray<string> => {
  const roles = ["subset", "group", "name"] as const
  const chosen = roles.flatMap((role) =>
    taken(guessed, role).map(({ column, why }) => line(`    ${role}: ${yaml(column)}`, why))
  )
  const ignored = taken(guessed, "ignore")
  const strata = [
    ...taken(guessed, "subset").map(({ column }) => column),
    ...(guessed.kind === "regression" ? [] : [target])
  ]
  const maybe = (["subset", "group", "weight", "order"] as const).flatMap((role) =>
    guessed.columns
      .filter((guess) => guess.role === role && !guess.taken)
      .slice(0, proposed)
      .map(({ column, why }) => line(`    # ${role}: ${yaml(column)}`, why))
  )
  return [
    ...chosen,
    ...(ignored.length === 0
      ? []
      : [
          ...ignored.slice(0, 8).map(({ column, why }) => `    # no feature: ${yaml(column)}, ${why}`),
          `    ignore: ${yaml(ignored.map(({ column }) => column))}`
        ]),
    ...(strata.length === 0 ? [] : [line(`    stratum: ${yaml(strata)}`, "every fold gets its share of each")]),
    ...maybe
  ]
}

const learnersOf = ({ dates, kind, unbalanced }: Guessed): ReadonlyArray<string> => {
  const trees = (type: string) =>
    dates
      ? line(`  - { type: ${type}, preprocess: [Preprocess.dates] }`, "trees; dates become numbers")
      : line(`  - ${type}`, "trees; takes the columns as they are")
  if (kind === "regression") {
    return [
      line("  - Featureless", "predicts the mean: what has to be beaten"),
      trees("Boosting.regr"),
      "  - { type: ElasticNet.cv, preprocess: [Preprocess.robust] }"
    ]
  }
  const network = (id: string, loss: string, measure: string) => [
    `  - id: ${id}`,
    "    pipeline:",
    line("      - Preprocess.robust", "fills, encodes and scales what needs it"),
    "      - Ingress.numeric",
    "      - Nn.head",
    `      - ${loss}`,
    "      - { type: Optimizer.adam, learningRate: 0.05 }",
    "      - type: Model.classif",
    "        epochs: 100",
    line("        batchSize: all", "losses that rank need both classes in a batch"),
    line(
      `        validation: { holdout: 0.3, measures: [${measure}], patience: 20, restoreBest: true }`,
      "when training ends"
    )
  ]
  return [
    line("  - Featureless", "predicts the most frequent class: what has to be beaten"),
    trees("Boosting.classif"),
    ...(kind === "multiclass"
      ? network("linear", "CrossEntropy.loss", "logloss")
      : unbalanced
        ? network("linear AUM", "Aum.loss", "auc")
        : network("linear", "Bce.loss", "auc"))
  ]
}

const measuresOf = ({ kind, unbalanced }: Guessed): readonly [line: string, why: string] => {
  if (kind === "regression") return ["measures: [rmse, mae, rsq]", "the first one chooses"]
  if (kind === "multiclass") {
    return unbalanced
      ? ["measures: [balancedAccuracy, aunu, logloss]", "the classes are unbalanced: each counts the same here"]
      : ["measures: [error, logloss]", "share of wrong responses, and how good the probabilities are"]
  }
  return unbalanced
    ? [
        "measures: [auc, aum, logloss]",
        "the classes are unbalanced: AUC and AUM count both the same, the error does not"
      ]
    : ["measures: [auc, error, logloss]", "ranking, share of wrong responses, probabilities"]
}

/** As many folds as the rarest class can be dealt to, 2 to 5. */
const foldsOf = ({ classes }: Guessed, rows: number): number =>
  Math.max(2, Math.min(5, Math.floor(Math.min(rows / 10, ...classes.map(({ count }) => count)))))

/** Writes the experiment. */
export const experimentText = (subject: Subject): string => {
  const { file, guessed, reading, rows, schema } = subject
  const folds = foldsOf(guessed, rows)
  const subset = taken(guessed, "subset")[0]
  const [measures, why] = measuresOf(guessed)
  return [
    `# yaml-language-server: $schema=${schema}`,
    "# Written by `rocflow init`: what is guessed says why. Run it by `rocflow run`; `rocflow inspect` shows what it does.",
    "",
    line("seed: 1", "decides everything random"),
    "tasks:",
    line(`  - file: ${yaml(file)}`, `${rows} rows`),
    ...Object.entries(reading).map(([key, value]) => `    ${key}: ${yaml(value)}`),
    ...targetLines(subject),
    ...roleLines(subject),
    "learners:",
    ...learnersOf(guessed),
    "resamplings:",
    subset === undefined
      ? line(`  - { type: cv, folds: ${folds} }`, "every row is tested once")
      : line(`  - { type: sameOther, folds: ${folds} }`, `may a model of one ${subset.column} learn of the others?`),
    line(measures, why),
    ""
  ].join("\n")
}
