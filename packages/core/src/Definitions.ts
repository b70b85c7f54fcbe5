/**
 * Every definition of this package, for registries. A test fails if one is missing.
 */
import * as Callback from "./learning/Callback.ts"
import * as Measure from "./learning/Measure.ts"
import * as Model from "./learning/Model.ts"
import * as Augment from "./pipeline/Augment.ts"
import type { Definition } from "./pipeline/Definition.ts"
import * as Image from "./pipeline/Image.ts"
import * as Ingress from "./pipeline/Ingress.ts"
import * as Merge from "./pipeline/Merge.ts"
import * as Nn from "./pipeline/Nn.ts"
import * as Optimizer from "./pipeline/Optimizer.ts"
import * as Preprocess from "./pipeline/Preprocess.ts"
import * as Schedule from "./pipeline/Schedule.ts"
import * as Transform from "./pipeline/Transform.ts"

/** The built-in definitions of stages, transforms, schedules and measures. */
export const all: ReadonlyArray<Definition> = [
  Preprocess.selectDefinition,
  Preprocess.imputeDefinition,
  Preprocess.oneHotDefinition,
  Preprocess.standardiseDefinition,
  Preprocess.datesDefinition,
  Preprocess.dropConstantsDefinition,
  Image.reshapeDefinition,
  Image.resizeDefinition,
  Image.cropDefinition,
  Image.padDefinition,
  Image.rotateDefinition,
  Image.transposeDefinition,
  Image.grayscaleDefinition,
  Image.rescaleDefinition,
  Image.normaliseDefinition,
  Augment.flipDefinition,
  Augment.cropDefinition,
  Augment.affineDefinition,
  Augment.brightnessDefinition,
  Augment.noiseDefinition,
  Ingress.numericDefinition,
  Ingress.categoricalDefinition,
  Ingress.tensorDefinition,
  Ingress.piecewiseLinearDefinition,
  Nn.linearDefinition,
  Nn.reluDefinition,
  Nn.tanhDefinition,
  Nn.sigmoidDefinition,
  Nn.geluDefinition,
  Nn.siluDefinition,
  Nn.eluDefinition,
  Nn.seluDefinition,
  Nn.leakyReluDefinition,
  Nn.preluDefinition,
  Nn.softplusDefinition,
  Nn.mishDefinition,
  Nn.gluDefinition,
  Nn.regluDefinition,
  Nn.gegluDefinition,
  Nn.identityDefinition,
  Nn.layerNormDefinition,
  Nn.batchNormDefinition,
  Nn.embeddingDefinition,
  Nn.linearEmbeddingDefinition,
  Nn.periodicEmbeddingDefinition,
  Nn.pbldEmbeddingDefinition,
  Nn.featureLinearDefinition,
  Nn.featureTokensDefinition,
  Nn.classTokenDefinition,
  Nn.takeTokenDefinition,
  Nn.selfAttentionDefinition,
  Nn.transformerDefinition,
  Nn.membersDefinition,
  Nn.memberLinearDefinition,
  Nn.dropoutDefinition,
  Nn.flattenDefinition,
  Nn.reshapeDefinition,
  Nn.conv2dDefinition,
  Nn.conv1dDefinition,
  Nn.maxPool2dDefinition,
  Nn.averagePool2dDefinition,
  Nn.maxPool1dDefinition,
  Nn.averagePool1dDefinition,
  Nn.globalAveragePoolDefinition,
  Nn.globalMaxPoolDefinition,
  Nn.headDefinition,
  Nn.memberHeadDefinition,
  Nn.residualDefinition,
  Nn.blockDefinition,
  Merge.concatDefinition,
  Merge.tokensDefinition,
  Merge.sumDefinition,
  Merge.productDefinition,
  Optimizer.sgdDefinition,
  Optimizer.adamDefinition,
  Optimizer.adamwDefinition,
  Optimizer.rmspropDefinition,
  Optimizer.adagradDefinition,
  Optimizer.lionDefinition,
  Optimizer.lineSearchDefinition,
  Optimizer.chainDefinition,
  ...Transform.definitions,
  ...Schedule.definitions,
  ...Callback.definitions,
  Model.classifDefinition,
  Model.regrDefinition,
  ...Measure.definitions
]
