import type {
  AttemptEvent,
  NodeKind,
  ProgressEvent,
  RetryEvent,
  RunEndEvent,
  RunEvent,
  StepEndEvent,
  StepStatus,
} from '../define/hooks.ts'
import { kindOf, messageOf } from './format.ts'
import { Meter } from './meter.ts'

/** A step, a group or an item, as far as it is known. */
export interface StepNode {
  readonly path: string
  /** Its path below its parent. */
  readonly label: string
  readonly kind: NodeKind
  readonly parent: StepNode | null
  readonly children: Map<string, StepNode>
  startedAt: number
  status: StepStatus | 'running'
  duration: number
  attempt: number
  attempts: number
  /** When the wait between two attempts is over. */
  resumesAt: number
  /** What the last attempt failed with. */
  reason: string
  fallback: boolean
  meter: Meter | null
  /** How many of its items have failed. */
  failed: number
}

function isLoop(node: StepNode | null): boolean {
  return node !== null && (node.kind === 'map' || node.kind === 'each')
}

/** Ends all that was left running below, which nobody will tell of any more. */
function abandon(children: ReadonlyMap<string, StepNode>, now: number): void {
  for (const child of children.values()) {
    if (child.status === 'running') {
      child.status = 'cancelled'
      child.duration = now - child.startedAt
    }
    abandon(child.children, now)
  }
}

/** What is known of one run, from its events. Of items only those that are running: there may be any number. */
export class RunState {
  readonly chain: string
  readonly runId: string
  readonly startedAt: number
  readonly children: Map<string, StepNode> = new Map()
  status: StepStatus | 'running' = 'running'
  duration = 0
  error = ''
  private readonly nodes: Map<string, StepNode> = new Map()

  constructor({ chain, runId }: RunEvent, now: number) {
    this.chain = chain
    this.runId = runId
    this.startedAt = now
  }

  find({ path }: RunEvent): StepNode | null {
    return this.nodes.get(path) ?? null
  }

  private parentOf(path: string): StepNode | null {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const parent = this.nodes.get(path.slice(0, end))
      if (parent !== undefined) return parent
    }
    return null
  }

  begin({ path, kind, attempt, attempts }: AttemptEvent, now: number): StepNode {
    this.forget(path)
    const parent = this.parentOf(path)
    const node: StepNode = {
      path,
      label: parent === null ? path : path.slice(parent.path.length + 1),
      kind,
      parent,
      children: new Map(),
      startedAt: now,
      status: 'running',
      duration: 0,
      attempt,
      attempts,
      resumesAt: 0,
      reason: '',
      fallback: false,
      meter: null,
      failed: 0,
    }
    this.nodes.set(path, node)
    ;(parent ?? this).children.set(path, node)
    return node
  }

  /** Forgets a step and all below it. */
  private forget(path: string): void {
    const node = this.nodes.get(path)
    if (node === undefined) return
    this.nodes.delete(path)
    ;(node.parent ?? this).children.delete(path)
    for (const child of node.children.keys()) this.forget(child)
  }

  retry(event: RetryEvent, now: number): StepNode | null {
    const node = this.find(event)
    if (node === null) return null
    // What it did inside it does again.
    for (const child of node.children.keys()) this.forget(child)
    node.attempt = event.attempt + 1
    node.resumesAt = now + event.delay
    node.reason = kindOf(event.error)
    node.meter = null
    node.failed = 0
    return node
  }

  progress(event: ProgressEvent, now: number): StepNode | null {
    const node = this.find(event)
    if (node === null) return null
    node.meter ??= new Meter(node.startedAt)
    node.meter.update(event, now)
    return node
  }

  end(event: StepEndEvent, now: number): StepNode {
    const node = this.find(event) ?? this.begin(event, now)
    abandon(node.children, now)
    node.status = event.status
    node.duration = event.duration
    node.attempt = event.attempt
    node.fallback = event.fallback === true
    node.reason = event.error === undefined ? '' : messageOf(event.error)
    const { parent } = node
    if (parent !== null && isLoop(parent)) {
      if (node.kind === 'item' && node.status === 'failed') parent.failed++
      this.forget(node.path)
    }
    return node
  }

  finish({ status, duration, error }: RunEndEvent, now: number): void {
    abandon(this.children, now)
    this.status = status
    this.duration = duration
    this.error = error === undefined ? '' : messageOf(error)
  }
}
