import { CHOICES } from './flow-choices.ts'
import { PARALLEL } from './flow-groups.ts'
import { LOOPS } from './flow-loops.ts'
import { UNDOING } from './flow-undoing.ts'
import type { FlowCase } from './flow-world.ts'

/** Constructs that a host has to give what an inline run gives for. */
export const FLOW_CASES: readonly FlowCase[] = [...PARALLEL, ...LOOPS, ...CHOICES, ...UNDOING]
