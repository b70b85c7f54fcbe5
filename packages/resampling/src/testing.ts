/**
 * Laws that every resampling obeys, as data that any test runner runs: see `@rocflow/core/testing`.
 *
 * @example
 * for (const { check, name } of ResamplingLaws.of(Resampling.cv({ folds: 3 }))) it(name, check)
 */
export * as ResamplingLaws from "./ResamplingLaws.ts"
