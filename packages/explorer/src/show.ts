import * as Roc from "@rocflow/losses/Roc"

/** Writes a number as it is shown: four decimals at most, with a real minus sign. */
export const show = (value: number): string => String(Number(value.toFixed(4)) + 0).replace("-", "−")

/** Writes a measure, which need not exist. */
export const showMeasured = (value: Roc.Measured): string => (Roc.isUndefined(value) ? "undefined" : show(value))
