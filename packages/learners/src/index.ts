/**
 * Ready-made learners: baselines that a network must beat, ensembles, and perceptrons.
 *
 * Each module is a namespace: `Featureless.make`, `ElasticNet.cv`. Deep imports such as `@rocflow/learners/Tree` load less.
 */
export * as Boosting from "./Boosting.ts"
export * as Definitions from "./Definitions.ts"
export * as ElasticNet from "./ElasticNet.ts"
export * as Ensemble from "./Ensemble.ts"
export * as Featureless from "./Featureless.ts"
export * as Forest from "./Forest.ts"
export * as Knn from "./Knn.ts"
export * as Mlp from "./Mlp.ts"
export * as Tree from "./Tree.ts"
