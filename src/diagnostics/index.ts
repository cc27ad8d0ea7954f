import { AsyncResource } from 'node:async_hooks'
import { tracingChannel, type TracingChannel } from 'node:diagnostics_channel'
import type { AttemptEvent, Hooks, NodeKind, RunEndEvent, RunEvent, StepEndEvent, StepStatus } from '../define/hooks.ts'
import { OpenSteps, type Place } from './open-steps.ts'

/** What is published of a run: one object for all of its events, filled in as the run goes on. */
export interface RunMessage {
  /** The name of the chain that was run. */
  readonly chain: string
  readonly runId: string
  /** Empty for a run; the path of its step for a nested chain. */
  readonly path: string
  readonly name: string
  readonly kind: NodeKind
  /** How it ended; from `error` on, or `asyncStart`. */
  status?: StepStatus
  /** ms. */
  duration?: number
  /** Why it did not succeed, as hooks have it. */
  error?: unknown
}

/** What is published of a step: one object for all of its events, filled in as the step goes on. */
export interface StepMessage extends RunMessage {
  /** The number of the last attempt. */
  attempt: number
  /** How many there can be. */
  readonly attempts: number
  /** Whether its output is its `fallback`. */
  fallback?: true
  /** Whether the last attempt goes on by itself, since it ignored its signal. */
  abandoned?: boolean
}

type Channel<Message extends object> = TracingChannel<unknown, Message>
type Events = Readonly<
  Record<'start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error', { readonly hasSubscribers: boolean }>
>

/** A run or a step that was published. */
interface Open {
  readonly message: RunMessage | StepMessage
  /** In it, what is called sees what subscribers have bound to the channels. */
  readonly resource: AsyncResource
  /** Whether its `end` was published. */
  returned: boolean
}

type Ending = Pick<StepMessage, 'status' | 'duration' | 'error' | 'abandoned' | 'fallback'>

// There is no event for what was never seen to end.
const forget = (): void => {}

function runMessage({ chain, runId, path, name, kind }: RunEvent): RunMessage {
  return { chain, runId, path, name, kind }
}

function stepMessage(event: AttemptEvent): StepMessage {
  const { attempt, attempts } = event
  return { ...runMessage(event), attempt, attempts }
}

/** Whether anybody listens to any of the events. Not every runtime's tracing channels tell it of the whole. */
function isHeard({ start, end, asyncStart, asyncEnd, error }: Events): boolean {
  return (
    start.hasSubscribers ||
    asyncEnd.hasSubscribers ||
    error.hasSubscribers ||
    end.hasSubscribers ||
    asyncStart.hasSubscribers
  )
}

/** The two channels, and what is under way on them. */
class Publisher {
  readonly #runs: Channel<RunMessage> = tracingChannel('stepchain.run')
  readonly #steps: Channel<StepMessage> = tracingChannel('stepchain.step')
  readonly #open = new OpenSteps<Open>(forget)

  isHeard(): boolean {
    return isHeard(this.#runs) || isHeard(this.#steps)
  }
  // A chain that has the hooks may be nested in one that has them too: then each event comes twice in a row.
  readonly #seen = new WeakSet()

  runStarted(event: RunEvent): void {
    if (!this.#isFor(event, this.#runs)) return
    // A nested chain is told as a step, unless it alone has these hooks.
    if (event.path !== '' && (this.#open.find(event) ?? this.#open.around(event)) !== undefined) return
    this.#return(this.#runs, this.#start(this.#runs, runMessage(event)))
  }

  attemptStarted(event: AttemptEvent): void {
    if (!this.#isFor(event, this.#steps)) return
    const found = this.#open.find(event)
    if (found !== undefined && event.attempt > 1) Object.assign(found.message, { attempt: event.attempt })
    else if (isHeard(this.#steps)) this.#start(this.#steps, stepMessage(event))
  }

  surround(event: AttemptEvent, next: () => unknown): unknown {
    const found = this.#open.find(event)
    const { resource } = found ?? this.#open.around(event) ?? {}
    if (resource === undefined) return next()
    try {
      return resource.runInAsyncScope(next)
    } finally {
      if (found !== undefined) this.#return(this.#steps, found)
    }
  }

  stepEnded(event: StepEndEvent): void {
    if (!this.#isFor(event, this.#steps)) return
    const { status, duration, error, abandoned, fallback } = event
    if (abandoned) this.#open.closeInside(event)
    let found = this.#open.find(event)
    // Skipped, or over before its first attempt. What was abandoned is forgotten with what is around it.
    if (found === undefined && !abandoned && isHeard(this.#steps)) found = this.#start(this.#steps, stepMessage(event))
    if (found === undefined) return
    this.#end(this.#steps, found, { status, duration, abandoned, ...(fallback && { fallback }), error })
  }

  runEnded(event: RunEndEvent): void {
    if (!this.#isFor(event, this.#runs)) return
    let found = this.#open.find(event)
    // It could not begin.
    if (found === undefined && isHeard(this.#runs) && this.#open.around(event) === undefined)
      found = this.#start(this.#runs, runMessage(event))
    if (found === undefined || found.message.kind !== 'run') return
    this.#open.closeInside(event)
    const { status, duration, error } = event
    this.#end(this.#runs, found, { status, duration, error })
  }

  /** Whether there is anything to do for an event. */
  #isFor(event: object, channel: Events): boolean {
    if ((!isHeard(channel) && this.#open.size === 0) || this.#seen.has(event)) return false
    this.#seen.add(event)
    return true
  }

  /** Publishes `start`, inside of what is around. */
  #start<Message extends Place & RunMessage>(channel: Channel<Message>, message: Message): Open {
    const begin = (): AsyncResource =>
      channel.start.runStores(message, () => new AsyncResource('stepchain', { requireManualDestroy: true }))
    const around = this.#open.around(message)
    const resource = around === undefined ? begin() : around.resource.runInAsyncScope(begin)
    const open: Open = { message, resource, returned: false }
    this.#open.open(message, open)
    return open
  }

  /** Publishes `end`: what was called has returned, be it with a promise. */
  #return<Message extends RunMessage>(channel: Channel<Message>, open: Open): void {
    if (open.returned) return
    open.returned = true
    open.resource.runInAsyncScope(() => channel.end.publish(open.message))
  }

  /** Publishes how it ended. */
  #end<Message extends RunMessage>(channel: Channel<Message>, open: Open, { error, ...ending }: Ending): void {
    const { message } = open
    this.#open.close(message)
    this.#return(channel, open)
    Object.assign(message, ending)
    open.resource.runInAsyncScope(() => {
      if (ending.status === 'failed' || ending.status === 'cancelled') {
        Object.assign(message, { error })
        channel.error.publish(message)
      }
      channel.asyncStart.publish(message)
      channel.asyncEnd.publish(message)
    })
  }
}

function hooksOf(publisher: Publisher): Hooks {
  return {
    isActive: () => publisher.isHeard(),
    onRunStart: (event) => publisher.runStarted(event),
    beforeAttempt: (event) => publisher.attemptStarted(event),
    wrap: (event, next) => publisher.surround(event, next),
    afterStep: (event) => publisher.stepEnded(event),
    onRunEnd: (event) => publisher.runEnded(event),
  }
}

let hooks: Hooks | null = null

/**
 * Hooks that publish each run and step on the tracing channels `stepchain.run` and `stepchain.step` of `node:diagnostics_channel`,
 * for whoever subscribes to them. A run that begins while nobody does goes on without them, and pays nothing.
 *
 * @example
 * ```ts
 * import { chain } from 'stepchain'
 * import { diagnostics } from 'stepchain/diagnostics'
 *
 * chain('etl').with(diagnostics())
 * ```
 */
export function diagnostics(): Hooks {
  return (hooks ??= hooksOf(new Publisher()))
}
