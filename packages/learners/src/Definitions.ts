/**
 * Every learner of this package, for registries. A test fails if one is missing.
 */
import type { Definition } from "@rocflow/core/learning/Learner"
import * as Boosting from "./Boosting.ts"
import * as ElasticNet from "./ElasticNet.ts"
import * as Ensemble from "./Ensemble.ts"
import * as Featureless from "./Featureless.ts"
import * as Forest from "./Forest.ts"
import * as Knn from "./Knn.ts"
import * as Tree from "./Tree.ts"

/** Learners made of learners. @category registry */
export const ensembles: ReadonlyArray<Definition> = [
  Ensemble.baggingDefinition,
  Ensemble.seedsDefinition,
  Ensemble.votingDefinition,
  Ensemble.stackingDefinition
]

/** All definitions of this package. @category registry */
export const all: ReadonlyArray<Definition> = [
  Featureless.definition,
  ElasticNet.definition,
  ElasticNet.cvDefinition,
  Tree.definition,
  Forest.definition,
  Boosting.definition,
  Knn.definition,
  ...ensembles
]
