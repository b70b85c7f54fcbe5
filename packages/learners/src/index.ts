/**
 * Ready-made learners: baselines that a network must beat, ensembles, and networks that need no design.
 *
 * Each module is a namespace: `Featureless.make`, `ElasticNet.cv`. Deep imports such as `@rocflow/learners/Tree` load less.
 */
export * as Boosting from "./Boosting.ts"
export * as Calibrated from "./Calibrated.ts"
export * as Conv from "./Conv.ts"
export * as Decision from "./Decision.ts"
export * as Definitions from "./Definitions.ts"
export * as ElasticNet from "./ElasticNet.ts"
export * as Ensemble from "./Ensemble.ts"
export * as Featureless from "./Featureless.ts"
export * as Forest from "./Forest.ts"
export * as FtTransformer from "./FtTransformer.ts"
export * as HistogramTrees from "./HistogramTrees.ts"
export * as Knn from "./Knn.ts"
export * as Mlp from "./Mlp.ts"
export * as RealMlp from "./RealMlp.ts"
export * as TabM from "./TabM.ts"
export * as TabResnet from "./TabResnet.ts"
export * as Tree from "./Tree.ts"
