/**
 * Every learner of this package, for registries. A test fails if one is missing.
 */
import type { Definition } from "@rocflow/core/learning/Learner"
import * as Boosting from "./Boosting.ts"
import * as Calibrated from "./Calibrated.ts"
import * as Conv from "./Conv.ts"
import * as Decision from "./Decision.ts"
import * as ElasticNet from "./ElasticNet.ts"
import * as Ensemble from "./Ensemble.ts"
import * as Featureless from "./Featureless.ts"
import * as Forest from "./Forest.ts"
import * as FtTransformer from "./FtTransformer.ts"
import * as Knn from "./Knn.ts"
import * as Mlp from "./Mlp.ts"
import * as RealMlp from "./RealMlp.ts"
import * as TabM from "./TabM.ts"
import * as TabResnet from "./TabResnet.ts"
import * as Tree from "./Tree.ts"

/** The networks that need no design. @category registry */
export const networks: ReadonlyArray<Definition> = [Mlp, RealMlp, TabM, TabResnet, FtTransformer, Conv].flatMap(
  ({ classifDefinition, regrDefinition }) => [classifDefinition, regrDefinition]
)

/** Learners made of learners. @category registry */
export const ensembles: ReadonlyArray<Definition> = [
  Ensemble.baggingDefinition,
  Ensemble.seedsDefinition,
  Ensemble.votingDefinition,
  Ensemble.stackingDefinition
]

/** Learners around others, which change probabilities and responses. @category registry */
export const decisions: ReadonlyArray<Definition> = [
  Calibrated.classifDefinition,
  Decision.thresholdDefinition,
  Decision.costsDefinition,
  Decision.byMeasureDefinition
]

/** All definitions of this package. @category registry */
export const all: ReadonlyArray<Definition> = [
  Featureless.definition,
  ElasticNet.definition,
  ElasticNet.cvDefinition,
  Tree.definition,
  Forest.classifDefinition,
  Forest.regrDefinition,
  Boosting.classifDefinition,
  Boosting.regrDefinition,
  Knn.definition,
  ...networks,
  ...ensembles,
  ...decisions
]
