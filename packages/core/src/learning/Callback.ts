/**
 * A callback watches training, and may end it.
 *
 * ```
 * begin
 *   epochBegin
 *     batchBegin  batchEnd                         for each batch: synchronous
 *   beforeValid  (validBatchBegin validBatchEnd)*  validEnd
 *   epochEnd
 * end
 * exit                                             always, also after an error
 * ```
 * Callbacks run in the order of their weights, at equal weights as listed. Each function gets an event, which is plain
 * data, and a control. What changes gradients is no callback but a `Transform` of the optimizer.
 *
 * The built-in ones write checkpoints and logs, freeze parameters, and limit the time. Relative paths are in `Place`.
 */
import { checkpointDefinition } from "./internal/callbacks/checkpoint.ts"
import { freezeDefinition, unfreezeDefinition } from "./internal/callbacks/freeze.ts"
import { csvDefinition, jsonlDefinition } from "./internal/callbacks/logs.ts"
import { tensorBoardDefinition } from "./internal/callbacks/tensorBoard.ts"
import { timeLimitDefinition } from "./internal/callbacks/timeLimit.ts"

export {
  type Batch,
  type Begin,
  type Callback,
  type Control,
  define,
  type Definition,
  type Ended,
  type Epoch,
  type Hooks,
  type Json,
  make,
  type Passed,
  reference,
  type Trained,
  TypeId,
  type Validated
} from "./internal/callback.ts"
export { checkpoint, checkpointDefinition } from "./internal/callbacks/checkpoint.ts"
export { freeze, freezeDefinition, unfreeze, unfreezeDefinition } from "./internal/callbacks/freeze.ts"
export { csv, csvDefinition, jsonl, jsonlDefinition } from "./internal/callbacks/logs.ts"
export { tensorBoard, tensorBoardDefinition } from "./internal/callbacks/tensorBoard.ts"
export { timeLimit, timeLimitDefinition } from "./internal/callbacks/timeLimit.ts"

/** The callbacks of this package, for registries. */
export const definitions = [
  checkpointDefinition,
  csvDefinition,
  jsonlDefinition,
  tensorBoardDefinition,
  freezeDefinition,
  unfreezeDefinition,
  timeLimitDefinition
]
