/**
 * Every loss and measure of this package, for registries: what `Loss.define` made, and nothing more privileged than your own.
 *
 * @example
 * Definitions.all.map((definition) => definition.id).includes("Bce.loss") // => true
 */
import type { Measure } from "@rocflow/core/learning/Measure"
import type { Definition } from "@rocflow/core/pipeline/Definition"
import type * as Loss from "@rocflow/core/pipeline/Loss"
import * as AllPairs from "./AllPairs.ts"
import * as Aucm from "./Aucm.ts"
import * as Aum from "./Aum.ts"
import * as AumMulticlass from "./AumMulticlass.ts"
import * as AveragePrecision from "./AveragePrecision.ts"
import * as Bce from "./Bce.ts"
import * as CrossEntropy from "./CrossEntropy.ts"
import * as Focal from "./Focal.ts"
import * as Huber from "./Huber.ts"
import * as L1 from "./L1.ts"
import * as Mse from "./Mse.ts"
import * as PartialAuc from "./PartialAuc.ts"
import * as Pinball from "./Pinball.ts"
import * as SquaredHinge from "./SquaredHinge.ts"

/** The losses of this package. @category registry */
export const losses: ReadonlyArray<Loss.Definition> = [
  Aum.definition,
  AumMulticlass.definition,
  Bce.definition,
  CrossEntropy.definition,
  Focal.definition,
  SquaredHinge.definition,
  AllPairs.squaredHingeDefinition,
  AllPairs.squareDefinition,
  Aucm.definition,
  PartialAuc.cvarDefinition,
  PartialAuc.droDefinition,
  AveragePrecision.definition,
  Mse.definition,
  L1.definition,
  Huber.definition,
  Pinball.definition
]

/** The measures of this package. @category registry */
export const measures: ReadonlyArray<Measure> = [Aum.measure]

/** All definitions of this package. @category registry */
export const all: ReadonlyArray<Definition> = [...losses, ...measures]
