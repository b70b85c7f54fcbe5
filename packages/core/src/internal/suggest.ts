/**
 * What was probably meant by a name that is not there, in one way everywhere.
 */
import { nearest } from "./nearest.ts"

/** What other programs call the same. */
const elsewhere: Readonly<Record<string, string>> = {
  acc: "accuracy",
  ap: "averagePrecision",
  auroc: "auc",
  average_precision: "averagePrecision",
  bacc: "balancedAccuracy",
  balanced_accuracy: "balancedAccuracy",
  bbrier: "brier",
  ce: "error",
  f1: "fbeta",
  log_loss: "logloss",
  matthews_corrcoef: "mcc",
  r2: "rsq",
  roc_auc: "auc",
  sensitivity: "tpr",
  specificity: "tnr"
}

const quoted = (names: ReadonlyArray<string>) => names.map((name) => `"${name}"`).join(", ")

/** Lists names for a message, the first ten of them. */
export const list = (names: ReadonlyArray<string>): string =>
  names.length <= 10 ? quoted(names) : `${quoted(names.slice(0, 10))} and ${names.length - 10} more`

/** Asks whether the nearest of the known names was meant, or else says what `otherwise` does. */
export const meant = (written: string, known: Iterable<string>, otherwise: string): string => {
  const names = [...known]
  const other = elsewhere[written.toLowerCase().replace(/^(classif|regr)\./, "")]
  const near = other !== undefined && names.includes(other) ? other : nearest(written, names)
  return near === undefined ? otherwise : `did you mean "${near}"?`
}

/**
 * What to do about columns that are not there: which of the columns that serve nothing else were probably meant; else, to choose
 * one of them, or to add what is lacking.
 */
export const replace = (lacking: ReadonlyArray<string>, unused: ReadonlyArray<string>): string => {
  const near = lacking.flatMap((name) => {
    const other = nearest(name, unused)
    return other === undefined ? [] : [lacking.length === 1 ? `"${other}"` : `"${other}" by "${name}"`]
  })
  if (near.length > 0) return `Did you mean ${near.join(", ")}?`
  return lacking.length === 1 && unused.length > 0 ? `Choose one of ${list(unused)}.` : "Add what is lacking."
}

/** The same as a sentence: the nearest name if it is near, else the names there are. */
export const suggest = (written: string, names: ReadonlyArray<string>): string =>
  meant(written, names, `Choose one of ${list(names)}.`).replace(/^d/, "D")
