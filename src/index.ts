export { chain } from './chain/chain.ts'
export { literal, type Literal } from './define/literal.ts'
export { retryBudget, type RetryBudgetOptions } from './run/budget.ts'
export { consoleLogger } from './observe/console.ts'
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
export type { RunOptions } from './define/options.ts'
export type { Backoff, ErrorClass, Jitter, RetryBudget, RetryPolicy } from './define/retry.ts'
export type { Issue, StandardSchema } from './define/standard-schema.ts'
export type { StepHandle, StepLog } from './define/step-handle.ts'
export type { Chain, ChainOptions, MakeChain, SafeResult } from './define/types/chain.ts'
export type { DynamicChain, DynamicStepOptions } from './define/types/dynamic.ts'
export type { HasAsyncSteps } from './define/types/messages.ts'
export type { Runnable } from './define/types/runnable.ts'
export type { Scope } from './define/types/scope.ts'
export type { CommonStepOptions, StepOptions, TapOptions } from './define/types/step.ts'
