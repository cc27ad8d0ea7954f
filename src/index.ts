export { chain } from './chain/chain.ts'
export { literal, type Literal } from './define/literal.ts'
export { retryBudget, type RetryBudgetOptions } from './run/budget.ts'
export { consoleLogger } from './observe/console.ts'
export { secret, type Secret, type SecretOptions } from './observe/secret.ts'
export { fromPino, type PinoLogger } from './observe/from-pino.ts'
export {
  CancelledError,
  CompensationError,
  DeadlineExceededError,
  DefinitionError,
  type ErrorCode,
  type FailedAttempt,
  GroupError,
  HookFailedError,
  InputError,
  isStepchainError,
  LimitError,
  NonRetryableError,
  StepchainError,
  StepFailedError,
  StepTimeoutError,
  UnresolvedReferenceError,
  ValidationFailedError,
} from './errors.ts'
export type { Clock } from './define/clock.ts'
export type {
  AttemptEvent,
  HookErrorEvent,
  Hooks,
  LateEvent,
  NodeKind,
  ProgressEvent,
  RetryEvent,
  RunEndEvent,
  RunEvent,
  SlowEvent,
  StepEndEvent,
  StepStatus,
} from './define/hooks.ts'
export type { Host, HostBranch, RecordedAttempt, RecordedError, StepCall, StepOutcome } from './define/host.ts'
export type { LogFields, Logger, LogLevel } from './define/logger.ts'
export type { PrintLimits, RedactRules, RunOptions } from './define/options.ts'
export type {
  Amount,
  ArgumentDescription,
  BranchDescription,
  ChainDescription,
  LoopDescription,
  RetryDescription,
  StepDescription,
} from './define/description.ts'
export type { Report, ReportedAttempt, ReportedError, ReportedItems, ReportedStep } from './define/report.ts'
export type { Backoff, ErrorClass, Jitter, RetryBudget, RetryPolicy } from './define/retry.ts'
export type { Issue, StandardSchema } from './define/standard-schema.ts'
export type { StepHandle, StepLog } from './define/step-handle.ts'
export type { BranchAt, InBranch } from './define/types/branch.ts'
export type { Chain, ChainOptions, MakeChain, SafeResult } from './define/types/chain.ts'
export type {
  DynamicChain,
  DynamicEachOptions,
  DynamicMapOptions,
  DynamicParallelOptions,
  DynamicStepOptions,
  DynamicTapOptions,
} from './define/types/dynamic.ts'
export type { EachOptions, MapOptions } from './define/types/loop.ts'
export type { HasAsyncSteps } from './define/types/messages.ts'
export type { ParallelOptions } from './define/types/parallel.ts'
export type { Runnable } from './define/types/runnable.ts'
export type { Scope } from './define/types/scope.ts'
export type { EachSummary, Settled } from './define/types/settled.ts'
export type { CommonStepOptions, GroupOptions, StepOptions, TapOptions, WhenOptions } from './define/types/step.ts'
export type { Release, ReleaseOptions, Undo, UndoOptions } from './define/types/undo.ts'
