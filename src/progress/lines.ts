import type { StepStatus } from '../define/hooks.ts'
import { attempt, count, duration, elapsed, rate, remaining } from './format.ts'
import type { Meter } from './meter.ts'
import type { RunState, StepNode } from './state.ts'
import { type Fit, fit, folded, type Span, spaced, span, type Style, widthOf } from './text.ts'

/** What a line is about, the most important first: where there is no room for all of them, the last go. */
const RANKS = ['run', 'running', 'failed', 'finished'] as const
type Rank = (typeof RANKS)[number]

/** A line of a frame. */
export interface Line {
  readonly text: string
  readonly rank: Rank
}

const WIDEST_BAR = 30
const NARROWEST_BAR = 5
/** Items are shown when they are waiting or have taken this long, in ms; else they would only flicker. */
const SLOW_ITEM = 1_000
const MOST_ITEMS = 4

const SIGNS = {
  unicode: { ok: '✔', failed: '✖', cancelled: '■', skipped: '↓', waiting: '↻', bar: ['━', '─'] },
  ascii: { ok: '+', failed: 'x', cancelled: '!', skipped: '-', waiting: '~', bar: ['#', '-'] },
} as const
const SPINNERS = { unicode: '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏', ascii: '|/-\\' } as const
const STYLES: Readonly<Record<StepStatus, Style>> = { ok: '32', failed: '31', cancelled: '33', skipped: '2' }

/** What a frame is drawn with. */
export interface Drawing extends Fit {
  readonly now: number
  /** Whether it stays: what is too long then goes on in the next line. */
  readonly stays: boolean
}

function signsOf({ unicode }: Drawing): (typeof SIGNS)['unicode' | 'ascii'] {
  return unicode ? SIGNS.unicode : SIGNS.ascii
}

function isWaiting(node: StepNode, now: number): boolean {
  return node.status === 'running' && now < node.resumesAt
}

function signOf(status: StepStatus | 'running', drawing: Drawing): Span {
  if (status !== 'running') return span(signsOf(drawing)[status], STYLES[status])
  const spinner = drawing.unicode ? SPINNERS.unicode : SPINNERS.ascii
  return span(spinner.charAt(Math.floor(drawing.now / 100) % spinner.length), '36')
}

/** How far it is, in words: `120 of 300`, its rate and the time that is left. */
function words(meter: Meter, now: number): string {
  const { done, total } = meter
  const perSecond = meter.rate(now)
  const left = meter.eta(now)
  return [
    total === undefined ? count(done) : `${count(done)} of ${count(total)}`,
    perSecond === null ? '' : rate(perSecond),
    left === null ? '' : `ETA ${remaining(left)}`,
  ]
    .filter((word) => word !== '')
    .join(', ')
}

function bar(part: number, width: number, drawing: Drawing): Span[] {
  const [full, empty] = signsOf(drawing).bar
  const filled = Math.round(part * width)
  return [span(full.repeat(filled), '36'), span(empty.repeat(width - filled), '2')]
}

function tries({ attempt: number, attempts }: StepNode): string {
  return number > 1 ? attempt(number, attempts) : ''
}

function runningWords(node: StepNode, now: number): Span[] {
  const reason = node.reason === '' ? '' : `(${node.reason})`
  if (isWaiting(node, now)) {
    const wait = `${tries(node)} in ${elapsed(node.resumesAt - now)}`
    return [span(wait, '33'), span(reason, '2')]
  }
  const { meter, failed } = node
  const bad = failed > 0 ? `${count(failed)} failed` : ''
  const time = meter === null ? elapsed(now - node.startedAt) : words(meter, now)
  return [span(tries(node), '33'), span(time, '2'), span(bad, '31')]
}

/** Why something failed, unless one of its steps says so already. */
function reasonLines(
  reason: string,
  { children }: { readonly children: ReadonlyMap<string, StepNode> },
  { depth, drawing }: { readonly depth: number; readonly drawing: Drawing },
): Line[] {
  if (reason === '') return []
  if ([...children.values()].some((child) => child.status === 'failed' && child.reason === reason)) return []
  const indent = '  '.repeat(depth)
  const { text } = span(reason)
  const pieces = drawing.stays ? folded(text, drawing.width - indent.length) : [text]
  return pieces.map((piece) => ({ text: fit([{ text: indent + piece, style: '31' }], drawing), rank: 'failed' }))
}

function finishedWords(node: StepNode): Span[] {
  const { status, meter, failed } = node
  if (status === 'skipped') return [span('skipped', '2')]
  const done =
    meter === null ? '' : `${count(meter.done)}${meter.total === undefined ? '' : ` of ${count(meter.total)}`}`
  return [
    span(status === 'ok' ? '' : status, STYLES[status as StepStatus]),
    span(node.fallback ? 'fallback' : '', '33'),
    span(tries(node), '33'),
    span(done, '2'),
    span(failed > 0 ? `${count(failed)} failed` : '', '31'),
    span(duration(node.duration), '2'),
  ]
}

function lineOf(node: StepNode, depth: number, drawing: Drawing): Line {
  const { now } = drawing
  const indent = '  '.repeat(depth)
  const running = node.status === 'running'
  const sign = isWaiting(node, now) ? span(signsOf(drawing).waiting, '33') : signOf(node.status, drawing)
  const head = [{ text: indent + sign.text, style: sign.style }, span(node.label)]
  const rest = running ? runningWords(node, now) : finishedWords(node)
  const part = running && !isWaiting(node, now) ? (node.meter?.part() ?? null) : null
  const line = spaced([...head, ...rest])
  const left = drawing.width - line.reduce((sum, { text }) => sum + widthOf(text), 0) - 1
  const spans =
    part === null || left < NARROWEST_BAR
      ? line
      : [...spaced(head), span(' '), ...bar(part, Math.min(WIDEST_BAR, left), drawing), span(' '), ...spaced(rest)]
  return { text: fit(spans, drawing), rank: running ? 'running' : node.status === 'failed' ? 'failed' : 'finished' }
}

function below(children: ReadonlyMap<string, StepNode>, depth: number, drawing: Drawing): Line[] {
  const lines: Line[] = []
  let items = 0
  let more = 0
  for (const node of children.values()) {
    if (node.kind === 'item') {
      if (!isWaiting(node, drawing.now) && drawing.now - node.startedAt < SLOW_ITEM) continue
      if (++items > MOST_ITEMS) {
        more++
        continue
      }
    }
    lines.push(lineOf(node, depth, drawing))
    if (node.status === 'failed') lines.push(...reasonLines(node.reason, node, { depth: depth + 1, drawing }))
    lines.push(...below(node.children, depth + 1, drawing))
  }
  if (more > 0) {
    const spans = [span(`${'  '.repeat(depth)}and ${count(more)} more`, '2')]
    lines.push({ text: fit(spans, drawing), rank: 'running' })
  }
  return lines
}

/** A run, line by line. With `id` its name is not enough to tell it from others. */
export function linesOf(run: RunState, id: boolean, drawing: Drawing): Line[] {
  const { status } = run
  const time = status === 'running' ? elapsed(drawing.now - run.startedAt) : duration(run.duration)
  const head = spaced([
    signOf(status, drawing),
    span(run.chain, '1'),
    span(id ? run.runId : '', '2'),
    span(status === 'running' || status === 'ok' ? '' : status, status === 'running' ? '' : STYLES[status]),
    span(time, '2'),
  ])
  const first: Line = { text: fit(head, drawing), rank: 'run' }
  return [first, ...below(run.children, 1, drawing), ...reasonLines(run.error, run, { depth: 1, drawing })]
}

/** As many lines as there is room for, in their order, and how many are left out. */
export function limited(lines: readonly Line[], height: number, drawing: Drawing): string[] {
  // For one line alone a hint at the others would be no use.
  if (lines.length <= height || height < 2) return lines.slice(0, height).map(({ text }) => text)
  const room = height - 1
  // Of what is finished the last is the most telling.
  const order = RANKS.flatMap((rank) => {
    const some = [...lines.entries()].filter(([, line]) => line.rank === rank).map(([index]) => index)
    return rank === 'finished' ? some.reverse() : some
  })
  const kept = new Set(order.slice(0, room))
  const hidden = span(`  ${signsOf(drawing) === SIGNS.unicode ? '…' : '...'} ${lines.length - room} more lines`, '2')
  const shown = lines.filter((_, index) => kept.has(index)).map(({ text }) => text)
  return [...shown, fit([hidden], drawing)]
}
